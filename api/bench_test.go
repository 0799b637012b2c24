package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

const eventBody = `{"scheduler":"web","session":"%s","event":"progress","customer":{"first_name":"Ada","last_name":"Byron","phone":"(614) 555-0142","email":"ada@example.com","address":{"line1":"12 Elm Street","city":"Columbus","state":"OH","postal_code":"43017"}},"service":"AC repair","step":"contact","page_url":"https://www.brightwater.example/book","timezone":"America/New_York","consent":{"sms":true,"text":"I agree to receive text messages from Brightwater about my booking."}}`

// BenchmarkSessionEvents posts new sessions from 64 callers through the real server loop into the real store on disk: what
// is answered is durable. Compare with its parts: "engine" is the same without HTTP, "nothing" the same without the store.
func BenchmarkSessionEvents(b *testing.B) {
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	sim, err := simulator.Open(simulator.Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	e := engine.New(engine.Options{Store: store, Carrier: sim, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true, Scripts: inBox{}})
	if _, err := e.FirstStart(b.Context(), testSeed()); err != nil {
		b.Fatal(err)
	}
	s := New(Options{Engine: e, Reader: store.Reader(), Simulator: sim, PublicURL: "https://book.example.com", Now: time.Now,
		Limits: Limits{Publishable: Limit{1e9, 1e9}, Page: Limit{1e9, 1e9}}})
	ln := fasthttputil.NewInmemoryListener()
	go s.Serve(ln)
	defer s.Shutdown(context.Background())
	client := &fasthttp.Client{Dial: func(string) (net.Conn, error) { return ln.Dial() }, MaxConnsPerHost: 64}
	post := func(path, key, body string) error {
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(req)
		defer fasthttp.ReleaseResponse(res)
		req.SetRequestURI("http://rebook" + path)
		req.Header.SetMethod(http.MethodPost)
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Origin", site)
		req.SetBodyString(body)
		if err := client.Do(req, res); err != nil {
			return err
		}
		if res.StatusCode() != 202 {
			return fmt.Errorf("%d %s", res.StatusCode(), res.Body())
		}
		return nil
	}
	for _, c := range []struct {
		name string
		do   func(session string) error
	}{
		{"secret", func(id string) error { return post(eventsPath, adminKey, fmt.Sprintf(eventBody, id)) }},
		{"publishable", func(id string) error { return post(eventsPath, pageKey, fmt.Sprintf(eventBody, id)) }},
		{"engine", func(id string) error {
			var in wire.Event
			if err := json.Unmarshal(fmt.Appendf(nil, eventBody, id), &in); err != nil {
				return err
			}
			ev, err := in.Booking()
			if err == nil {
				_, err = e.Track(context.Background(), account, ev)
			}
			return err
		}},
		{"nothing", func(id string) error {
			err := post(eventsPath, adminKey, strings.Replace(fmt.Sprintf(eventBody, id), "progress", "scrolled", 1))
			if err != nil && strings.HasPrefix(err.Error(), "422") {
				return nil
			}
			return fmt.Errorf("not refused: %v", err)
		}},
	} {
		b.Run(c.name, func(b *testing.B) { callers(b, 64, c.name, c.do) })
	}
}

// callers shares b.N calls among n callers and tells the rate and the latency.
func callers(b *testing.B, n int, prefix string, do func(session string) error) {
	var next atomic.Int64
	took := make([][]time.Duration, n)
	var wg sync.WaitGroup
	run := time.Now().UnixNano()
	b.ResetTimer()
	for i := range n {
		wg.Go(func() {
			for k := next.Add(1); k <= int64(b.N); k = next.Add(1) {
				began := time.Now()
				if err := do(fmt.Sprintf("%s-%d-%d", prefix, run, k)); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) > 0 {
		b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "req/s")
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	}
}
