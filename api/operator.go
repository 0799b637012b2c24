package api

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// operatorName is how the operator of this machine is called, for people.
const operatorName = "operator"

// Operator gives the whole API for a door that only this machine's operator can open, such as a socket with mode 0600: every
// request counts as an administrator's, without a key.
func (s *Server) Operator() http.Handler {
	serve := adaptor.FiberApp(s.app)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header = r.Header.Clone()
		r.Header.Set(fiber.HeaderAuthorization, "Bearer "+s.operator)
		r.RemoteAddr = "127.0.0.1:1" // a socket has no address
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		serve(w, r)
	})
}

// newOperator makes the key of the operator's door. It lives in this process's memory only.
func newOperator() string { return "operator_" + rand.Text() }

// isOperator tells whether a key is that of the operator's door, and gives what it opens.
func (s *Server) isOperator(key string) (storage.Credential, bool) {
	if subtle.ConstantTimeCompare([]byte(key), []byte(s.operator)) != 1 {
		return storage.Credential{}, false
	}
	return storage.Credential{Account: engine.MainAccount, Role: booking.RoleAdministrator, Key: operatorName}, true
}
