package storage

import "testing"

// fates says what an erasure (daemon/engine/erase_rows.go) does with the rows of each family. A new family fails here until somebody has
// thought of the persons in it.
var fates = map[string]string{
	"session": "removed", "client": "removed with its session", "status": "removed with its session", "phone": "removed with its session",
	"email": "removed with its session", "trace": "removed with its session", "person": "removed", "optout": "removed, the hash stays",
	"consent": "removed", "inbound": "removed", "announcement": "removed when it holds the person", "delivery": "removed when it holds the person", "hooklist": "removed with its delivery",
	"once": "removed when it holds the person", "alarm": "removed when it holds the person", "poison": "removed when it holds the person",
	"attempt": "made anonymous", "booking": "made anonymous", "bookedby": "as its booking", "erasure": "names nobody when it is done",
	"erased": "what stays: a salted hash", "external": "the hash of another system's name for a booking: an upload sent again brings nobody back",
	"seats": "IDs of bookings only", "tally": "figures only", "tallied": "figures only",
	"thread": "removed", "threadlist": "removed with its thread", "threadview": "removed with its thread", "threadmsg": "removed", "turn": "removed when it holds the person",
	"replay": "figures only", "replayed": "removed when it holds the person", "scripttest": "invented people only", "testrun": "invented people only",
	"audit": "removed when it holds the person", "report": "names a text of ours only, for an hour", "carrier": "figures only", "missed": "times only", "lookout": "times only",
	"canary": "the business", "canarytally": "figures only", "script": "the business", "scriptversion": "the business", "filing": "the business", "user": "the office",
	"account": "the business", "registration": "the business", "facts": "the business", "number": "the business", "outbound": "the business",
	"scheduler": "the business", "windows": "the business", "key": "the business", "webhooks": "the business", "hooktrouble": "the business",
}

func TestEveryFamilyHasAFateInAnErasure(t *testing.T) {
	for family := range families {
		if fates[family] == "" {
			t.Errorf("what does an erasure do with the family %s? See daemon/engine/erase_rows.go", family)
		}
	}
	for family := range fates {
		if families[family] == nil {
			t.Errorf("there is no family %s", family)
		}
	}
}
