package wire

import (
	"errors"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// FuzzReadUpload: no file makes the reader fall over; it gives rows in order of lines, or a refusal.
func FuzzReadUpload(f *testing.F) {
	f.Add([]byte("phone,value\n6145550142,\"$1,234.50\"\n"))
	f.Add([]byte("\ufeffphone\r\n\r\n\"\r\n"))
	f.Add([]byte(",,phone\n1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _, err := ReadUpload(b, time.UTC, "x")
		if err != nil {
			if _, ok := errors.AsType[*booking.Error](err); !ok {
				t.Fatalf("%q: %v is no refusal", b, err)
			}
			return
		}
		for i, r := range rows {
			if r.Line < 2 || i > 0 && r.Line <= rows[i-1].Line || r.Fault == nil && r.Booking.Name() == "" {
				t.Errorf("%q: row %d is %+v", b, i, r)
			}
		}
	})
}
