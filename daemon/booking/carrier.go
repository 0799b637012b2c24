package booking

import (
	"errors"
	"strconv"
	"time"
)

// CarrierError is a carrier's answer that it did not take a text, or its later report that the text did not arrive. Any
// other error of a carrier call means that nobody knows.
type CarrierError struct {
	Code       int           // Twilio's error code; 0: none
	HTTPStatus int           // of the answer; 0: it came by status callback, or there was no answer
	NotSent    bool          // the request never left this machine (no connection was made), so trying again doubles nothing
	Message    string        // for people; Twilio changes the wording, so act on Code
	RetryAfter time.Duration // the carrier's own word on when to try again; 0: it said nothing
}

// Error tells code and status. Digits of phone numbers in the message are masked, since errors go to logs.
func (e *CarrierError) Error() string {
	s := "carrier"
	if e.Code != 0 {
		s += " error " + strconv.Itoa(e.Code)
	}
	if e.HTTPStatus != 0 {
		s += " (HTTP " + strconv.Itoa(e.HTTPStatus) + ")"
	}
	if e.NotSent {
		s += " not reached"
	}
	if e.Message != "" {
		s += ": " + maskNumbers(e.Message)
	}
	return s
}

// maskNumbers puts "…" for all but the last two digits of runs of seven digits or more.
func maskNumbers(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && isDigit(s[j]) {
			j++
		}
		if j-i >= 7 {
			b = append(b, "…"...)
			i = j - 2
		}
		j = max(j, i+1)
		b = append(b, s[i:j]...)
		i = j
	}
	return string(b)
}

// ReactClass says what is to be done about a text the carrier did not take or deliver.
type ReactClass string

// The classes of reaction.
const (
	ReactNever     ReactClass = "never"      // this text is not tried again
	ReactRetry     ReactClass = "retry"      // the carrier did not process it: try again after RetryAfter
	ReactOptedOut  ReactClass = "opted_out"  // never, and the person gets no texts any more
	ReactBadNumber ReactClass = "bad_number" // never, and the person's number takes no texts
	ReactHalt      ReactClass = "halt"       // nothing of this business can go out until somebody mends it; OneNumber: from this number
	ReactUnknown   ReactClass = "unknown"    // it may have gone out: ask the carrier, and never repeat it unasked
	ReactNotice    ReactClass = "notice"     // says nothing about a text: tell the operator
)

// Reaction is what follows from a carrier's error.
type Reaction struct {
	Code       int
	Class      ReactClass
	RetryAfter time.Duration // Retry, Halt: look again no sooner than this; add jitter
	Tries      int           // Retry: so many more at most; 0: as long as it is not too late
	OneNumber  bool          // Halt: only texts from this number are affected
	Alert      bool          // tell the operator
	Meaning    string        // one sentence for people
	Fix        string        // what would mend it; empty: nothing can
}

// RetryAt gives when to look again. The T-Mobile daily caps (30023, 30027) open anew at midnight Pacific time.
func (r Reaction) RetryAt(now time.Time) time.Time {
	if r.Code == 30023 || r.Code == 30027 {
		if loc, err := LoadZone("America/Los_Angeles"); err == nil {
			l := now.In(loc)
			return time.Date(l.Year(), l.Month(), l.Day()+1, 0, 0, 0, 0, loc)
		}
	}
	return now.Add(r.RetryAfter)
}

// Halts tells whether no other text may go out either: until somebody mends it, or until a daily cap of the brand opens
// anew. Which recipients are T-Mobile's nobody knows, so its cap stops all.
func (r Reaction) Halts() bool { return r.Class == ReactHalt || r.Code == 30023 || r.Code == 30027 }

// Jitter spreads waits so that texts that were refused together do not come back together: from 0 up to most, always the same
// for one attempt.
func Jitter(a AttemptID, most time.Duration) time.Duration {
	h := uint64(14695981039346656037) // FNV-1a, 64 bits
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * 1099511628211
	}
	if most <= 0 {
		return 0
	}
	return time.Duration(h % uint64(most))
}

// ReactionTo tells what to do about an error of a carrier call. nil has no class.
//
// Only a [*CarrierError] is an answer. Everything else (a timeout, a reset connection) and every HTTP status but 4xx is
// Unknown: Twilio has no idempotency key, so the text may be on its way (twilio.com/docs/api/errors/20500: POST is not
// idempotent). HTTP 429 was not processed. A 4xx or a callback goes by its code; an unlisted one means never.
func ReactionTo(err error) Reaction {
	if err == nil {
		return Reaction{}
	}
	e, ok := errors.AsType[*CarrierError](err)
	if !ok || e == nil {
		return unknown(0)
	}
	switch s := e.HTTPStatus; {
	case e.NotSent:
		return Reaction{Code: e.Code, Class: ReactRetry, RetryAfter: time.Minute, Alert: true,
			Meaning: "The carrier cannot be reached.", Fix: "Check the machine's connection to the internet."}
	case s == 429:
		r, _ := reactionOf(20429)
		r.Code, r.RetryAfter = e.Code, max(r.RetryAfter, e.RetryAfter)
		return r
	case s != 0 && (s < 400 || s > 499 || s == 408):
		return unknown(e.Code)
	}
	if r, ok := reactionOf(e.Code); ok {
		return r
	}
	switch {
	case e.HTTPStatus != 0:
		return Reaction{Code: e.Code, Class: ReactNever, Alert: true,
			Meaning: "The carrier refused the text.", Fix: "Look the code up at twilio.com/docs/api/errors."}
	case e.Code >= 30000 && e.Code < 40000:
		return Reaction{Code: e.Code, Class: ReactNever, Meaning: "The carrier could not deliver the text.",
			Fix: "Look the code up at twilio.com/docs/api/errors."}
	case e.Code >= 20000 && e.Code < 30000:
		return Reaction{Code: e.Code, Class: ReactNever, Alert: true,
			Meaning: "The carrier refused the text.", Fix: "Look the code up at twilio.com/docs/api/errors."}
	}
	return unknown(e.Code)
}

func unknown(code int) Reaction {
	return Reaction{Code: code, Class: ReactUnknown, Alert: true,
		Meaning: "Nobody knows whether the carrier took the text.", Fix: "Nothing to do yet: the carrier is asked."}
}
