package main

import (
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"strconv"
	"time"
)

//go:embed demo_shop.html
var demoShopPage string

var demoShop = template.Must(template.New("shop").Parse(demoShopPage))

// shop is a sample site on an origin of its own: a plain form that only embeds the widget.
type shop struct {
	ln     net.Listener
	server http.Server
	view   shopView
}

type shopView struct {
	Widget, Scheduler, Key, Business string
	Thanks                           bool
}

// openShop takes the port after the demo's, on the same interface, so that a container can publish both; when it is taken, one
// that is free. Its address is known before it answers, since the daemon's seed names its origin.
func openShop(listen string) (*shop, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, err
	}
	n, _ := strconv.Atoi(port) // no number: any port will do
	ln, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa((n+1)%(1<<16))))
	if err != nil {
		ln, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	return &shop{ln: ln}, err
}

// origin is how browsers name it.
func (s *shop) origin() string {
	_, port, _ := net.SplitHostPort(s.ln.Addr().String())
	return "http://localhost:" + port
}

// serve answers until close. The form's data goes nowhere: what the widget tells is all that is kept.
func (s *shop) serve(v shopView) {
	s.view = v
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { s.show(w, false) })
	mux.HandleFunc("/thanks", func(w http.ResponseWriter, _ *http.Request) { s.show(w, true) })
	s.server.Handler, s.server.ReadHeaderTimeout = mux, 5*time.Second
	go s.server.Serve(s.ln) // until close
}

func (s *shop) show(w http.ResponseWriter, thanks bool) {
	v := s.view
	v.Thanks = thanks
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = demoShop.Execute(w, v) // a visitor who is gone does not read it
}

// close ends it; it may never have served.
func (s *shop) close() error {
	s.ln.Close()
	return s.server.Close()
}
