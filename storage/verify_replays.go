package storage

import (
	"fmt"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// replayed checks what a replay found in one session. The replay goes last when it is removed, so it is there.
func (v *verifier) replayed(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.ReplayItem](v, r)
	if !ok {
		return nil
	}
	id, place, _ := strings.Cut(name, "/")
	if want := replayClass(x) + "/" + fmt.Sprintf("%08x", x.N); place != want {
		v.find(r.Key, "the value stands for %q", want)
	}
	return v.there(accountKey(a, "replay", turned(id)), r.Key, "the replay of this item")
}
