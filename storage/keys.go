package storage

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The table of keys. Every key of the store is made here and nowhere else; golden files pin the prefixes.
//
//	key                                            value                life
//	m/schema                                       schema number        ever
//	m/epoch                                        process epoch        ever
//	m/restored                                     time of the restore  ever
//	m/health                                       time of last probe   ever
//	m/mark/<shard>                                 low-water mark, ms   ever
//	m/account/<account>                            -                    ever
//	d/<shard 1B><due ms 8B>/<account>/<kind>/<ref> -                    until done
//	i/<shard 1B>/<account>/<attempt>               epoch                until settled
//	k/<sha-256 of secret>                          Credential           ever
//	l/<sha-256 of token>                           Link                 7 days
//	s/<sha-256 of token>                           Login                as it says
//	u/<sha-256 of e-mail address>                  UserRef              ever
//	a/<account>/account                            Account              ever
//	a/<account>/registration                       Registration         ever
//	a/<account>/filing                             Filing               ever
//	a/<account>/number/<e164>                      PhoneNumber          ever
//	a/<account>/outbound                           default number       ever
//	a/<account>/scheduler/<id>                     Scheduler            ever
//	a/<account>/windows/<scheduler>                []Window             ever
//	a/<account>/facts                              []Fact               ever
//	a/<account>/key/<id>                           Key                  ever
//	a/<account>/user/<id>                          User                 ever
//	a/<account>/audit/<inverted ns, hex>-<id>      Audit                5 years
//	a/<account>/session/<id>                       Session              settings.retention, + 1 day
//	a/<account>/client/<scheduler>/<sha-256>       session id           as its session
//	a/<account>/status/<status>/<session>          expiry of all, ms 8B as its session
//	a/<account>/phone/<e164>/<session>             -                    as its session
//	a/<account>/email/<sha-256>/<session>          -                    as its session
//	a/<account>/trace/<session>/<ms 8B><n 2B>      []Finding            settings.retention, + 1 day
//	a/<account>/person/<e164>                      Person               5 years
//	a/<account>/optout/<e164>                      OptOut               ever
//	a/<account>/attempt/<id>                       Attempt              5 years
//	a/<account>/booking/<id>                       Booking              5 years
//	a/<account>/bookedby/<match>                   []Booking            5 years
//	a/<account>/seats/<scheduler>/<window>         Seats                30 days after the window
//	a/<account>/external/<sha-256>                 booking id           as its booking
//	a/<account>/inbound/<sid>                      Inbound              5 years
//	a/<account>/report/<sid>                       StatusUpdate         30 days
//	a/<account>/carrier                            CarrierState         ever
//	a/<account>/missed                             Missed               until fetched
//	a/<account>/lookout                            Lookout              while an agent has a thread
//	a/<account>/once/<hash>                        Once                 24 hours
//	a/<account>/poison/<kind>/<ref>                Poison               ever
//	a/<account>/alarm/<code>/<ref>                 Alarm                ever
//	a/<account>/tally/<dimension>/<day>            figures by group     5 years
//	a/<account>/tallied                            Tallied              ever
//	a/<account>/webhooks                           []Webhook            ever
//	a/<account>/hooktrouble/<webhook>              WebhookTrouble       ever
//	a/<account>/announcement/<id>                  Announcement         until its deliveries are planned
//	a/<account>/delivery/<id>                      Delivery             30 days
//	a/<account>/hooklist/<webhook>/<id, turned>    -                    as its delivery
//	a/<account>/script/<name>                      Script               ever
//	a/<account>/scriptversion/<name>/<n 4B>        ScriptVersion        ever
//	a/<account>/scripttest/<id>                    ScriptTest           ever
//	a/<account>/testrun                            TestRun              ever
//	a/<account>/canary/<script>                    Canary               ever
//	a/<account>/canarytally/<canary>/<part>        CanaryTally          ever
//	a/<account>/turn/<id>                          Turn                 30 days
//	a/<account>/replay/<id, turned>                Replay               30 days
//	a/<account>/replayed/<replay>/<0|1>/<n, hex>   ReplayItem           as its replay; 0: it differs
//	a/<account>/thread/<e164>                      Thread               settings.retention
//	a/<account>/threadlist/<last, turned>/<e164>   -                    as its thread
//	a/<account>/threadview/<view>/<order>/<e164>   -                    as its thread
//	m/threadviews                                  process epoch        ever
//	a/<account>/threadmsg/<e164>/<id, turned>      ThreadMessage        settings.retention
//	m/salt                                         secret               ever
//	a/<account>/consent/<e164>/<ms 8B><ref>        ConsentRecord        5 years
//	a/<account>/erasure/<id>                       Erasure              ever
//	a/<account>/erased/<hmac of number>            Erased               ever
//
// IDs hold no '/', so '/' separates; what strangers make up is hashed. Numbers are big-endian, so that byte order is
// number order. Values are the byte 1 and JSON, but for times of 8 bytes and rows whose presence says it all.

// Lives of key families that no setting rules.
const (
	// EvidenceLife: consent, texts and opt-outs are kept 5 years; the TCPA limitation is 4 (28 U.S.C. 1658).
	EvidenceLife = 5 * 365 * 24 * time.Hour
	// LinkLife: how long a prefilled link works.
	LinkLife = 7 * 24 * time.Hour
	// SeatsLife: how long it is known after a window who had a place in it.
	SeatsLife = 30 * 24 * time.Hour
	// ReportLife: how long a carrier's report about a text that nobody knows waits for the text.
	ReportLife = 30 * 24 * time.Hour
	// OnceLife: how long an Idempotency-Key is remembered.
	OnceLife = 24 * time.Hour
	// TurnLife: how long it can be seen what a script asked for and got. It holds what the script saw of the customer.
	TurnLife = 30 * 24 * time.Hour
	// ReplayLife: how long it can be read what a replay found. It holds texts to customers.
	ReplayLife = 30 * 24 * time.Hour
)

// Shards is the number of parts of the due index. Fixed for ever: it is part of every due-key.
const Shards = 256

// Shard gives the part of the due index an account's work is in: one account, one shard.
func Shard(a booking.AccountID) byte {
	h := fnv.New32a()
	h.Write([]byte(a))
	s := h.Sum32()
	return byte(s ^ s>>8 ^ s>>16 ^ s>>24)
}

func globalKey(family string, rest ...string) []byte {
	return join([]byte(family), rest)
}

func accountKey(a booking.AccountID, family string, rest ...string) []byte {
	k := make([]byte, 0, 96)
	k = append(k, "a/"...)
	k = append(k, a...)
	k = append(k, '/')
	k = append(k, family...)
	return join(k, rest)
}

func join(k []byte, rest []string) []byte {
	for _, r := range rest {
		k = append(k, '/')
		k = append(k, r...)
	}
	return k
}

// ms gives milliseconds since 1970 as eight big-endian bytes; times before 1970 count as 1970.
func ms(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(max(0, t.UnixMilli())))
}

func shardPrefix(family string, shard byte) []byte {
	return append([]byte(family), '/', shard)
}

// dueKey makes the due index's key. The time is rounded up to the millisecond, so that nothing is due early.
func dueKey(d booking.Due) []byte {
	k := shardPrefix("d", Shard(d.Account))
	k = append(k, ms(d.At.Add(time.Millisecond-time.Nanosecond))...)
	k = append(k, '/')
	k = append(k, d.Account...)
	return append(fmt.Appendf(k, "/%d/", d.Kind), d.Ref...)
}

// lastDue is the time no due-key reaches, in Unix milliseconds: the year 37,648. A later one is no date but damage.
const lastDue = 1 << 50

// parseDue reads a due-key back.
func parseDue(k []byte) (booking.Due, error) {
	var d booking.Due
	if len(k) < 14 || k[0] != 'd' || k[1] != '/' || k[11] != '/' {
		return d, damagedDue(k)
	}
	at := binary.BigEndian.Uint64(k[3:11])
	if at >= lastDue {
		return d, damagedDue(k)
	}
	d.At = time.UnixMilli(int64(at)).UTC()
	account, rest, ok := cut(k[12:])
	if !ok {
		return d, damagedDue(k)
	}
	kind, ref, ok := cut(rest)
	if !ok || len(kind) == 0 || len(kind) > 3 {
		return d, damagedDue(k)
	}
	n := 0
	for _, c := range kind {
		if c < '0' || c > '9' {
			return d, damagedDue(k)
		}
		n = n*10 + int(c-'0')
	}
	if n > 255 {
		return d, damagedDue(k)
	}
	d.Account, d.Kind, d.Ref = booking.AccountID(account), booking.Kind(n), string(ref)
	return d, nil
}

func damagedDue(k []byte) error { return fmt.Errorf("due-key %s is damaged", showKey(k)) }

func cut(b []byte) (before, after []byte, ok bool) {
	for i, c := range b {
		if c == '/' {
			return b[:i], b[i+1:], true
		}
	}
	return b, nil, false
}

// showKey quotes a key for errors and reports, which reach logs and alarms: phone numbers are masked.
func showKey(key []byte) string { return masked(strconv.Quote(string(key))) }

var phoneNumbers = regexp.MustCompile(`\+[0-9]+`)

// masked is text with every phone number in it masked as [booking.Phone.Mask] does.
func masked(text string) string {
	return phoneNumbers.ReplaceAllStringFunc(text, func(p string) string { return booking.Phone(p).Mask() })
}
