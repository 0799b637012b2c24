package api

import (
	"net"
	"sync"
)

// silence is a listener that knows the connections on which nothing was said yet: browsers open some in advance. fasthttp takes such a
// one for busy until its read timeout is over, so that a stop would wait for it.
type silence struct {
	net.Listener

	mu     sync.Mutex
	silent map[*hearing]struct{} // nil: the stop has come
}

func newSilence(ln net.Listener) *silence {
	return &silence{Listener: ln, silent: map[*hearing]struct{}{}}
}

// Accept gives the next connection; one that comes after the stop is closed.
func (s *silence) Accept() (net.Conn, error) {
	for {
		c, err := s.Listener.Accept()
		if err != nil {
			return nil, err
		}
		h := &hearing{Conn: c, of: s}
		s.mu.Lock()
		open := s.silent != nil
		if open {
			s.silent[h] = struct{}{}
		}
		s.mu.Unlock()
		if open {
			return h, nil
		}
		_ = c.Close()
	}
}

// end closes the connections that never said anything. Who has said the first byte of a request is left alone.
func (s *silence) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h := range s.silent {
		_ = h.Conn.Close()
	}
	s.silent = nil
}

// broken takes a connection off the silent ones, and tells whether it was closed as one of them.
func (s *silence) broken(h *hearing) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, silent := s.silent[h]
	delete(s.silent, h)
	return !silent
}

// hearing is a connection that tells its listener when something is said on it. One goroutine reads it at a time.
type hearing struct {
	net.Conn
	of   *silence
	said bool
}

// Read gives what was said, or [net.ErrClosed] when the stop came before the first byte.
func (h *hearing) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if n > 0 && !h.said {
		if h.of.broken(h) {
			return 0, net.ErrClosed
		}
		h.said = true
	}
	return n, err
}

// Close closes the connection.
func (h *hearing) Close() error {
	h.of.broken(h)
	return h.Conn.Close()
}
