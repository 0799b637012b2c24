package api

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// meters counts requests and gathers the figures of the parts. It knows routes and codes, never who asked for what.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMeters(s *Server) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rebook_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rebook_http_request_duration_seconds", Help: "Time from a request's last byte to its answer, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.took, &figures{engine: s.engine, reader: s.reader, store: s.o.StoreStats, workers: s.o.WorkerStats, model: s.o.ModelState, version: s.o.Version, now: s.now},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// count counts one request. Methods that no route has count as one, so that strangers cannot make series grow.
func (m *meters) count(method, route string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
}

// metrics writes everything in Prometheus' text format.
func (c *call) metrics() (any, error) {
	families, err := c.meters.registry.Gather()
	if err != nil {
		return nil, err
	}
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	var b bytes.Buffer
	e := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := e.Encode(f); err != nil {
			return nil, err
		}
	}
	return raw{status: http.StatusOK, kind: string(format), body: b.Bytes()}, nil
}

// figures collects what engine and store count.
type figures struct {
	engine  *engine.Engine
	reader  *storage.Reader
	store   func() storage.Stats
	workers func() worker.Stats
	model   func() booking.ModelState // nil: there is none
	version string
	now     func() time.Time

	mu     sync.Mutex
	last   storage.Stats
	lastAt time.Time
}

// storeEvery: the store's figures walk its directory, so they are not taken for every scrape of everybody.
const storeEvery = 5 * time.Second

func (f *figures) stats() storage.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); f.lastAt.IsZero() || now.Sub(f.lastAt) >= storeEvery || now.Before(f.lastAt) {
		f.last, f.lastAt = f.store(), now
	}
	return f.last
}

// metric describes one family of figures.
func metric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("rebook_"+name, help, labels, nil)
}

var (
	descBuild     = metric("build_info", "Always 1; the version is its label.", "version")
	descEpoch     = metric("epoch", "Starts of the daemon on this data directory.")
	descEvents    = metric("session_events_total", "Session events taken.")
	descFired     = metric("due_fired_total", "Due entries fired, by kind.", "kind")
	descTexts     = metric("texts_total", "Texts by what became of them: sent, failed (refused), unknown.", "outcome")
	descReleased  = metric("claims_released_total", "Claims that never reached the carrier and were undone.")
	descLeftovers = metric("leftovers_total", "Attempts found under way at the start.")
	descPoisoned  = metric("due_set_aside_total", "Due entries set aside because they failed again and again.")
	descFallbacks = metric("script_fallbacks_total", "Texts made by the default template because a script failed.")
	descEarly     = metric("follow_up_early_total", "Follow-ups fired before their time; always 0.")
	descLateness  = metric("follow_up_lateness_seconds", "Follow-ups by how late they fired.")
	descArmed     = metric("due_armed", "Due entries held in the wheel.")
	descAlarms    = metric("alarms", "Alarms that stand, by code: whatever keeps texts from going out.", "code")
	descQueued    = metric("due_queued", "Due entries waiting for a worker.")

	descDeliveries   = metric("webhook_deliveries_total", "Tries to deliver to webhooks by result: delivered, retried (failed, is repeated), failed (given up).", "result")
	descWorkers      = metric("script_workers", "Processes that run scripts, by what they do: idle, busy.", "state")
	descWaiting      = metric("script_calls_waiting", "Runs of scripts that wait for a worker.")
	descCalls        = metric("script_calls_total", "Runs of scripts.")
	descCallsRefused = metric("script_calls_refused_total", "Runs of scripts refused because too many waited.")
	descWorkersEnded = metric("script_workers_ended_total", "Workers that were replaced, by why: killed (a script took too long), died, recycled.", "why")

	descModelCalls  = metric("model_calls_total", "Calls of the language model by what came of them: answered, or the code of the error.", "result")
	descModelTokens = metric("model_tokens_total", "Tokens that the language model used, by direction: in, out.", "direction")
	descModelCost   = metric("model_cost_dollars_total", "What the language model cost, by the configured prices.")
	descModelOpen   = metric("model_breaker_open", "1 while the language model is left alone because it fails, else 0.")

	descDisk         = metric("store_disk_bytes", "Bytes of the store's directory.")
	descCommits      = metric("store_commits_total", "Synced batches.")
	descTransactions = metric("store_transactions_total", "Transactions committed.")
	descConflicts    = metric("store_conflicts_total", "Runs of transactions that had to be repeated.")
	descUnknown      = metric("store_unknown_commits_total", "Transactions whose commit ended unknown.")
	descRefused      = metric("store_disk_full_total", "Times the guard against a full disk said no.")
	descSnapshots    = metric("store_snapshots", "Snapshots open now.")
)

// Describe sends nothing: the collector is unchecked, since its figures are made at the time of asking.
func (f *figures) Describe(chan<- *prometheus.Desc) {}

// Collect takes the figures.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	s := f.engine.Stats()
	gauge(descBuild, 1, f.version)
	gauge(descEpoch, float64(s.Epoch))
	counter(descEvents, float64(s.Events))
	for kind, n := range s.Fired {
		counter(descFired, float64(n), kind)
	}
	counter(descTexts, float64(s.Sent), "sent")
	counter(descTexts, float64(s.Failed), "failed")
	counter(descTexts, float64(s.Unknown), "unknown")
	counter(descReleased, float64(s.Released))
	counter(descLeftovers, float64(s.Leftovers))
	counter(descPoisoned, float64(s.Poisoned))
	counter(descFallbacks, float64(s.Fallbacks))
	counter(descEarly, float64(s.Early))
	counter(descDeliveries, float64(s.Delivered), "delivered")
	counter(descDeliveries, float64(s.DeliveryRetries), "retried")
	counter(descDeliveries, float64(s.DeliveryFailures), "failed")
	gauge(descArmed, float64(s.Armed))
	gauge(descQueued, float64(s.Queued))
	for code, n := range f.alarms() {
		gauge(descAlarms, float64(n), code)
	}
	ch <- lateness(s)
	if f.workers != nil {
		w := f.workers()
		gauge(descWorkers, float64(w.Busy), "busy")
		gauge(descWorkers, float64(w.Alive-w.Busy), "idle")
		gauge(descWaiting, float64(w.Waiting))
		counter(descCalls, float64(w.Calls))
		counter(descCallsRefused, float64(w.Refused))
		counter(descWorkersEnded, float64(w.Killed), "killed")
		counter(descWorkersEnded, float64(w.Died), "died")
		counter(descWorkersEnded, float64(w.Recycled), "recycled")
	}
	if f.model != nil {
		m := f.model()
		for result, n := range m.Calls {
			counter(descModelCalls, float64(n), result)
		}
		counter(descModelTokens, float64(m.TokensIn), "in")
		counter(descModelTokens, float64(m.TokensOut), "out")
		counter(descModelCost, float64(m.Micros)/1e6)
		open := 0.0
		if m.Open {
			open = 1
		}
		gauge(descModelOpen, open)
	}
	if f.store == nil {
		return
	}
	st := f.stats()
	gauge(descDisk, float64(st.DiskBytes))
	counter(descCommits, float64(st.Commits))
	counter(descTransactions, float64(st.Transactions))
	counter(descConflicts, float64(st.Conflicts))
	counter(descUnknown, float64(st.Unknown))
	counter(descRefused, float64(st.Refused))
	gauge(descSnapshots, float64(st.Snapshots))
}

// alarms counts what stands, over all accounts.
func (f *figures) alarms() map[string]int {
	ctx, cancel := context.WithTimeout(context.Background(), handleTimeout)
	defer cancel()
	n := map[string]int{}
	_ = f.reader.View(ctx, func(s *storage.Snapshot) error { // a store in trouble shows in other figures
		clear(n)
		accounts, err := s.Accounts()
		if err != nil {
			return err
		}
		for _, a := range accounts {
			all, err := engine.Alarms(s, a)
			if err != nil {
				return err
			}
			for _, v := range all {
				n[v.Code]++
			}
		}
		return nil
	})
	return n
}

// lateness turns counts per bucket into a histogram, whose buckets count everything up to their bound.
func lateness(s engine.Stats) prometheus.Metric {
	buckets := map[float64]uint64{}
	var n uint64
	for i, count := range s.Lateness {
		n += count
		if i < len(engine.LatenessBuckets) {
			buckets[engine.LatenessBuckets[i].Seconds()] = n
		}
	}
	return prometheus.MustNewConstHistogram(descLateness, n, s.LateSum.Seconds(), buckets)
}
