package storage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// maxFindings bounds a report: a store that is wrong in so many places is wrong in one.
const maxFindings = 1000

// Report is what [Store.Verify] found.
type Report struct {
	Rows     int            `json:"rows"`
	Families map[string]int `json:"families"` // rows by family of the key table
	Findings []Finding      `json:"findings"` // empty: the store is whole
	More     int            `json:"more"`     // findings beyond the first 1000
}

// Finding is one thing that does not agree.
type Finding struct {
	Key     string `json:"key"` // quoted, phone numbers masked
	Message string `json:"message"`
}

// Verify walks one consistent state of the whole store while others work on it. It decodes every value and checks that
// records, indexes, due-keys and in-flight rows agree in both directions. An error means that it could not look;
// disagreement is in the report.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	v := &verifier{report: Report{Families: map[string]int{}}, accounts: map[booking.AccountID]bool{}, earliest: map[byte]time.Time{}}
	if err := s.Prove(); err != nil {
		return v.report, fmt.Errorf("verify the store: %w", err)
	}
	err := s.View(ctx, func(snap *Snapshot) error {
		v.Snapshot = snap
		for from := []byte(nil); ; {
			if err := ctx.Err(); err != nil {
				return err
			}
			rows, err := snap.g.Scan(nil, from, 1000)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := v.row(r); err != nil {
					return err
				}
			}
			if len(rows) < 1000 {
				return nil
			}
			from = append(rows[len(rows)-1].Key, 0)
		}
	})
	if err != nil {
		return v.report, fmt.Errorf("verify the store: %w", err)
	}
	return v.report, nil
}

// verifier checks row by row. Its methods give an error only when the store does not answer.
type verifier struct {
	*Snapshot
	report   Report
	accounts map[booking.AccountID]bool // known to exist or not
	earliest map[byte]time.Time         // due-key by shard
}

func (v *verifier) find(key []byte, format string, a ...any) {
	if len(v.report.Findings) == maxFindings {
		v.report.More++
		return
	}
	v.report.Findings = append(v.report.Findings, Finding{Key: showKey(key), Message: masked(fmt.Sprintf(format, a...))})
}

// there expects a key to exist.
func (v *verifier) there(key []byte, of []byte, what string) error {
	_, err := v.g.Get(key)
	if errors.Is(err, ErrNotFound) {
		v.find(of, "%s is missing: %s", what, showKey(key))
		return nil
	}
	return err
}

// value decodes a row; ok is false when it is damaged, which is then in the report.
func value[T any](v *verifier, r Row) (x T, ok bool) {
	if err := decode(r.Key, r.Value, &x); err != nil {
		v.find(r.Key, "%v", err)
		return x, false
	}
	return x, true
}

// row sends a row to the check of its family.
func (v *verifier) row(r Row) error {
	v.report.Rows++
	family, rest, _ := strings.Cut(string(r.Key), "/")
	if family == "m" {
		name, arg, _ := strings.Cut(rest, "/")
		return v.global(r, name, arg)
	}
	if family == "a" {
		return v.ofAccount(r, rest)
	}
	v.report.Families[family]++
	switch family {
	case "d":
		return v.due(r)
	case "i":
		return v.inFlight(r)
	case "k":
		return v.credential(r, rest)
	case "l":
		value[Link](v, r) // its session may have expired before it
		return nil
	case "s":
		return v.login(r, rest)
	case "u":
		return v.userRef(r, rest)
	}
	v.find(r.Key, "no family of the key table")
	return nil
}

func (v *verifier) global(r Row, name, arg string) error {
	v.report.Families["m/"+name]++
	switch name {
	case "schema":
		if n, ok := value[int](v, r); ok && n != schema {
			v.find(r.Key, "schema %d, want %d", n, schema)
		}
	case "epoch", "threadviews":
		value[uint64](v, r)
	case "salt":
		value[[]byte](v, r)
	case "health", "restored":
		value[time.Time](v, r)
	case "mark":
		return v.mark(r, arg)
	case "account":
		return v.there(accountKey(booking.AccountID(arg), "account"), r.Key, "the account of this list entry")
	default:
		v.find(r.Key, "no family of the key table")
	}
	return nil
}

// mark checks that no due-key lies before the low-water mark, where the motor would not look. The marks come after the
// due-keys in the order of keys.
func (v *verifier) mark(r Row, shard string) error {
	if len(shard) != 1 || len(r.Value) != 8 {
		v.find(r.Key, "not a low-water mark of a shard")
		return nil
	}
	at, err := v.Mark(shard[0])
	if err != nil {
		return err
	}
	if first, ok := v.earliest[shard[0]]; ok && first.Before(at) {
		v.find(r.Key, "the mark says that nothing is due before %s, yet a due-key stands at %s", at.UTC().Format(time.RFC3339Nano), first.Format(time.RFC3339Nano))
	}
	return nil
}

// account tells once per account whether it exists.
func (v *verifier) account(of []byte, a booking.AccountID) error {
	if _, known := v.accounts[a]; known {
		return nil
	}
	v.accounts[a] = true
	return errors.Join(
		v.there(accountKey(a, "account"), of, fmt.Sprintf("account %q", a)),
		v.there(globalKey("m/account", string(a)), of, fmt.Sprintf("the list entry of account %q", a)))
}

func (v *verifier) ofAccount(r Row, rest string) error {
	id, rest, ok := strings.Cut(rest, "/")
	if !ok {
		v.find(r.Key, "no family of the key table")
		return nil
	}
	a := booking.AccountID(id)
	if err := v.account(r.Key, a); err != nil {
		return err
	}
	family, name, _ := strings.Cut(rest, "/")
	check, ok := families[family]
	if !ok {
		v.find(r.Key, "no family of the key table")
		return nil
	}
	v.report.Families["a/"+family]++
	return check(v, a, name, r)
}
