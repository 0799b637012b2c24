package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Audit is one change that somebody made: who, what, before and after.
type Audit struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Who     Actor     `json:"who"`
	Action  string    `json:"action"` // the route: "PUT /v1/account"
	Changes []Changed `json:"changes,omitempty"`
}

// Actor is who made a change.
type Actor struct {
	Kind string       `json:"kind"` // key, user, system
	ID   string       `json:"id,omitempty"`
	Name string       `json:"name,omitempty"`
	Role booking.Role `json:"role,omitempty"`
	IP   string       `json:"ip,omitempty"`
}

// Changed is one thing of a change. Before and After hold only the fields that differ; secrets are masked.
type Changed struct {
	Kind   string          `json:"kind"` // of the thing: account, scheduler, ...
	ID     string          `json:"id,omitempty"`
	Before json.RawMessage `json:"before,omitempty"` // absent: it is new
	After  json.RawMessage `json:"after,omitempty"`  // absent: it is gone
}

// watched are the families whose changes the audit log shows field by field: what people set. Of the rest, which has content of
// customers, it shows who did what and no content.
var watched = map[string]bool{"account": true, "registration": true, "filing": true, "number": true, "scheduler": true, "windows": true,
	"facts": true, "key": true, "user": true, "webhook": true, "script": true, "closed": true, "canary": true}

// secretFields are shown as set or not set.
var secretFields = map[string]bool{"password": true, "secret": true, "digest": true, "secrets": true, "salt": true}

// innerFields say how the daemon's own work stands and are nobody's change.
var innerFields = map[string]bool{"updated_at": true, "due_at": true, "ref": true, "tries": true, "begun": true, "tag": true, "rev": true}

// maxChanged bounds one side of a change, so that the log fits into the transaction of the change.
const maxChanged = 8 << 10

// watcher notes what a transaction writes.
type watcher struct {
	Putter
	prefix []byte
	wrote  bool
	before map[string][]byte // nil: it was not there
	after  map[string][]byte // nil: it is gone
}

// Watch begins to note what the transaction writes in an account; [Tx.Changes] tells it.
func (t *Tx) Watch(a booking.AccountID) {
	t.watch = &watcher{Putter: t.p, prefix: []byte("a/" + string(a) + "/"), before: map[string][]byte{}, after: map[string][]byte{}}
	t.p = t.watch
}

// Changes tells what the transaction wrote since [Tx.Watch], and whether it wrote anything at all.
func (t *Tx) Changes() (changes []Changed, wrote bool) {
	w := t.watch
	for _, name := range slices.Sorted(maps.Keys(w.after)) {
		kind, id, _ := strings.Cut(name, "/")
		c := Changed{Kind: kind, ID: id}
		c.Before, c.After = differ(w.before[name], w.after[name])
		if c.Before != nil || c.After != nil {
			changes = append(changes, c)
		}
	}
	return changes, w.wrote
}

func (w *watcher) note(key, val []byte) error {
	w.wrote = true
	name, ok := bytes.CutPrefix(key, w.prefix)
	if !ok {
		return nil
	}
	family, _, _ := strings.Cut(string(name), "/")
	if !watched[family] {
		return nil
	}
	if _, again := w.after[string(name)]; !again {
		was, err := w.Get(key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		w.before[string(name)] = was
	}
	w.after[string(name)] = val
	return nil
}

func (w *watcher) Put(key, val []byte, expires time.Time) error {
	if err := w.note(key, val); err != nil {
		return err
	}
	return w.Putter.Put(key, val, expires)
}

func (w *watcher) Delete(key []byte) error {
	if err := w.note(key, nil); err != nil {
		return err
	}
	return w.Putter.Delete(key)
}

// differ gives the fields that differ, without secrets. Both are nil when nothing does.
func differ(was, is []byte) (before, after json.RawMessage) {
	old, now := shown(was), shown(is)
	o, ok1 := old.(map[string]any)
	n, ok2 := now.(map[string]any)
	if ok1 && ok2 {
		for name := range innerFields {
			delete(o, name)
			delete(n, name)
		}
		for name, v := range o {
			if other, there := n[name]; there && reflect.DeepEqual(v, other) {
				delete(o, name)
				delete(n, name)
			}
		}
		if len(o) == 0 && len(n) == 0 {
			return nil, nil
		}
		for _, side := range []map[string]any{o, n} {
			mask(side)
		}
		return bounded(o), bounded(n)
	}
	if reflect.DeepEqual(old, now) {
		return nil, nil
	}
	for _, side := range []any{old, now} {
		mask(side)
	}
	return bounded(old), bounded(now)
}

func shown(val []byte) (v any) {
	if len(val) == 0 || val[0] != format {
		return nil
	}
	if json.Unmarshal(val[1:], &v) != nil {
		return nil
	}
	return v
}

// mask puts a word for every secret.
func mask(v any) {
	switch t := v.(type) {
	case map[string]any:
		for name, x := range t {
			if secretFields[name] && x != nil && x != "" {
				t[name] = "(secret)"
				continue
			}
			mask(x)
		}
	case []any:
		for _, x := range t {
			mask(x)
		}
	}
}

func bounded(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	if len(b) > maxChanged {
		return json.RawMessage(fmt.Sprintf(`{"bytes":%d}`, len(b)))
	}
	return b
}

// PutAudit writes an entry of the audit log, in the transaction of the change. Keys run backwards in time, so that the newest
// comes first.
func (t *Tx) PutAudit(a booking.AccountID, v Audit) error {
	return t.put(accountKey(a, "audit", auditName(v)), v, evidence(v.At))
}

func auditName(v Audit) string {
	return fmt.Sprintf("%016x-%s", ^uint64(v.At.UnixNano()), v.ID)
}

// Audits lists the audit log, newest first.
func (s *Snapshot) Audits(a booking.AccountID, cursor string, limit int) ([]Audit, string, error) {
	return list[Audit](s.g, sub(a, "audit"), cursor, limit)
}
