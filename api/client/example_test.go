package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/rebookhq/rebook/api"
	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

const key = "administrator-secret-of-the-examples"

// serve runs a daemon's API with the simulated carrier and an empty store in memory. It gives its address and its end.
func serve() (base string, end func()) {
	store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	carrier, err := simulator.Open(simulator.Options{Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	e := engine.New(engine.Options{Store: store, Carrier: carrier, Now: time.Now, Simulator: true})
	if _, err := e.FirstStart(context.Background(), engine.Seed{Account: wire.DefaultAccount(), AdminSecret: key,
		Schedulers: []booking.Scheduler{{ID: "web", Name: "Website", URL: "https://www.example.com/book"}}}); err != nil {
		log.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := api.New(api.Options{Engine: e, Reader: e.Store(), Simulator: carrier, Now: time.Now})
	go s.Serve(ln)
	return "http://" + ln.Addr().String(), func() {
		if err := errors.Join(s.Shutdown(context.Background()), carrier.Close(), store.Close()); err != nil {
			log.Fatal(err)
		}
	}
}

func Example() {
	base, end := serve()
	defer end()
	ctx := context.Background()
	c := client.New(base, key)

	// What a booking page reports, and what becomes of it.
	tracked, err := c.Sessions.Report(ctx, wire.Event{Scheduler: "web", Session: "visit-1", Event: "started",
		Customer: wire.Customer{FirstName: "Ada", Phone: "(614) 555-0142"}})
	if err != nil {
		log.Fatal(err)
	}
	s, err := c.Sessions.Get(ctx, tracked.Session)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Status, s.Phone, s.FollowUp.State)
	// Output: active +16145550142 none
}

// All pages of a list, one after the other.
func ExampleSessions_All() {
	base, end := serve()
	defer end()
	ctx := context.Background()
	c := client.New(base, key)
	for i := range 5 {
		if _, err := c.Sessions.Report(ctx, wire.Event{Scheduler: "web", Session: fmt.Sprint("visit-", i), Event: "started"}); err != nil {
			log.Fatal(err)
		}
	}
	n := 0
	for s, err := range c.Sessions.All(ctx, client.SessionQuery{Status: "active", Page: client.Page{Limit: 2}}) {
		if err != nil {
			log.Fatal(err)
		}
		if s.Scheduler == "web" {
			n++
		}
	}
	fmt.Println(n)
	// Output: 5
}

// Only what shall change is sent, so nobody else's change is undone.
func ExampleAccount_Merge() {
	base, end := serve()
	defer end()
	c := client.New(base, key)
	account, err := c.Account.Merge(context.Background(), client.Fields{
		"name": "Brightwater", "settings": client.Fields{"holdout": 10, "hours": client.Fields{"sunday": []string{}}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Name, account.Settings.Holdout, account.Settings.Hours.Weekday, account.Settings.Hours.Sunday)
	// Output: Brightwater 10 [09:00 20:00] []
}

// The daemon's no says what is wrong, where, and how to mend it.
func ExampleError() {
	base, end := serve()
	defer end()
	c := client.New(base, key)
	_, err := c.Schedulers.Create(context.Background(), wire.Scheduler{ID: "web", Name: "Website", URL: "https://www.example.com/"})
	if no, ok := errors.AsType[*client.Error](err); ok {
		fmt.Println(no.Status, no.Code, no.Field)
		fmt.Println(no.Hint)
	}
	// Output:
	// 409 scheduler_exists id
	// choose another id, or change it with PUT
}
