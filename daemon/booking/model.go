package booking

import "time"

// ModelUse is what was used of a model.
type ModelUse struct {
	Calls  int
	Tokens int   // in and out
	Micros int64 // millionths of a US dollar, by the configured prices
}

// ModelBounds are what one thread may use of a model. Zero: no bound.
type ModelBounds struct {
	Calls  int
	Tokens int
	Micros int64
}

// Allow tells whether a thread may ask again. It is held against what was used before, so a thread goes over by less than one call.
func (b ModelBounds) Allow(u ModelUse) bool {
	return (b.Calls == 0 || u.Calls < b.Calls) && (b.Tokens == 0 || u.Tokens < b.Tokens) && (b.Micros == 0 || u.Micros < b.Micros)
}

// ModelError says why a model gave no answer. Its code is what the script sees.
type ModelError struct {
	Code string // of the codes below
	Err  error
}

// The codes of asks for a model that fail. Part of the scripts' manual: never rename.
const (
	ModelOff   = "model_off"   // none is configured
	ModelDown  = "model_down"  // it does not answer, or refuses
	ModelSlow  = "model_slow"  // it took too long
	ModelWrong = "model_wrong" // what it answered cannot be read
	ModelLimit = "model_limit" // the thread has used what it may
)

func (e *ModelError) Error() string { return e.Code + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *ModelError) Unwrap() error { return e.Err }

// ModelState is how a model does since the start of the process.
type ModelState struct {
	Calls     map[string]uint64 // by result: "answered", or the code of the error
	TokensIn  uint64
	TokensOut uint64
	Micros    uint64 // of a US dollar
	Open      bool   // the circuit breaker is open: nobody is asked until a moment has passed
	Why       string // the error that opened it
	Since     time.Time
}
