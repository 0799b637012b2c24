package simulator

import (
	"cmp"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// keepInMemory is how many messages can be listed and found. The oldest leave first.
const keepInMemory = 100_000

// book is the carrier's memory: the newest messages with their indexes, and who opted out.
type book struct {
	all      []*entry // by age, oldest first
	first    int      // number of all[0]
	bySID    map[string]*entry
	byTo     map[booking.Phone][]*entry // outbound and not automatic, by age
	optedOut map[booking.Phone]bool
	limit    int
}

// entry is a message in memory.
type entry struct {
	Message
	number int    // counts all messages since the record began
	end    change // how it ends when the process dies on the way; no status: delivered
}

func newBook() book {
	return book{
		bySID: map[string]*entry{}, byTo: map[booking.Phone][]*entry{}, optedOut: map[booking.Phone]bool{}, limit: keepInMemory,
	}
}

// add takes up a message; end says how a text for a customer ends, zero: delivered. For a customer's text it gives the
// carrier's automatic answer, "" for none.
func (b *book) add(m Message, end change) (answer string) {
	e := &entry{Message: m, number: b.first + len(b.all), end: end}
	b.all = append(b.all, e)
	b.bySID[m.SID] = e
	switch {
	case m.Direction == Inbound:
		answer = b.obey(m)
	case !m.Automatic:
		b.byTo[m.To] = append(b.byTo[m.To], e)
	}
	if len(b.all) > b.limit {
		b.forget()
	}
	return answer
}

// forget drops the oldest message.
func (b *book) forget() {
	e := b.all[0]
	b.all[0] = nil
	b.all = b.all[1:]
	b.first++
	delete(b.bySID, e.SID)
	if list := b.byTo[e.To]; len(list) > 0 && list[0] == e {
		if len(list) == 1 {
			delete(b.byTo, e.To)
			return
		}
		list[0] = nil
		b.byTo[e.To] = list[1:]
	}
}

// replay takes up a record of the file.
func (b *book) replay(r record) {
	switch {
	case r.Message != nil:
		b.add(*r.Message, r.End)
	case r.Change != nil:
		b.change(*r.Change)
	}
}

// change moves a message's status; false when nothing changed.
func (b *book) change(c change) bool {
	e := b.bySID[c.SID]
	return e != nil && e.advance(c.Status, c.ErrorCode)
}

// arrive ends the journey of every text that was under way when an earlier process ended.
func (b *book) arrive() {
	for _, e := range b.all {
		if e.Direction != Outbound {
			continue
		}
		e.advance(cmp.Or(e.end.Status, statusDelivered), e.end.ErrorCode)
	}
}

// find gives the newest text taken for `to` with this body, at or after since; nil when there is none.
func (b *book) find(to booking.Phone, body string, since time.Time) *Message {
	for _, e := range slices.Backward(b.byTo[to]) {
		// No early end at the first older one: the clock may have been set back in between.
		if e.Body == body && !e.At.Before(since) {
			return &e.Message
		}
	}
	return nil
}

// list gives copies of at most limit messages after the one with the SID after.
func (b *book) list(after string, limit int) (items []Message, more, ok bool) {
	rest := b.all
	if after != "" {
		e := b.bySID[after]
		if e == nil {
			return nil, false, false
		}
		rest = b.all[e.number-b.first+1:]
	}
	more = len(rest) > limit
	for _, e := range rest[:min(limit, len(rest))] {
		items = append(items, e.Message)
	}
	return items, more, true
}
