package booking

import "strings"

// meeting is the coarser way to say a thing: words of some sets that meet in one clause, whatever stands between them. Where a
// phrase knows the words of people who were read before, a meeting knows what they spoke of.
type meeting struct {
	of    string // the sets, parted by spaces, at most four; each must be there with a word of its own
	span  int    // over how many words they may stretch; 0: any number
	row   bool   // they come in the order given
	glue  string // sets of which every word between must be; empty: any word
	after string // sets that void it when one of their words is among them or the three before
	not   string // sets that void it when one of their words is in the same clause
	alone string // sets of which every other word must be
	wide  bool   // they may meet across clauses too; then what voids may stand anywhere
	whole bool   // only the whole message counts, no clause of it
	said  bool   // void in a question

	unless string // void when the whole message is of this kind; see meetingBook
	means  string
}

// marks are the sets that a word belongs to, one bit each.
type marks uint64

// maxMet bounds the words that are looked at; a text of 1,600 characters has seldom as many.
const maxMet = 512

// meetingBook finds meetings by the sets of a message's words.
type meetingBook struct {
	of     map[string]marks
	all    []met
	unless map[string]func(*saying) bool
}

// met is a meeting made ready.
type met struct {
	meeting
	steps                     []marks
	any                       marks // all steps
	glued, before, void, lone marks
}

// newMeetingBook makes meetings ready. A meeting of unknown sets panics: the tables are part of the program.
func newMeetingBook(meetings []meeting, sets map[string]string, unless map[string]func(*saying) bool) *meetingBook {
	b := &meetingBook{of: map[string]marks{}, unless: unless}
	bits := map[string]marks{}
	named := func(names string) (all marks) {
		for name := range strings.FieldsSeq(names) {
			if bits[name] == 0 {
				if sets[name] == "" || len(bits) == 64 {
					panic("no such set, or too many: " + name)
				}
				bits[name] = 1 << len(bits)
				for w := range strings.FieldsSeq(sets[name]) {
					b.of[w] |= bits[name]
				}
			}
			all |= bits[name]
		}
		return all
	}
	for _, m := range meetings {
		r := met{meeting: m, any: named(m.of), glued: named(m.glue), before: named(m.after), void: named(m.not), lone: named(m.alone)}
		for name := range strings.FieldsSeq(m.of) {
			r.steps = append(r.steps, named(name))
		}
		if m.unless != "" && unless[m.unless] == nil || len(r.steps) == 0 || len(r.steps) > 4 {
			panic("not a meeting: " + m.of)
		}
		b.all = append(b.all, r)
	}
	return b
}

// find gives the first meeting that the message holds, clause by clause and then over all of them.
func (b *meetingBook) find(m *saying) (found, bool) {
	var room [maxMet]marks
	words := m.whole.words[:min(len(m.whole.words), maxMet)]
	whole := room[:len(words)]
	for i, w := range words {
		whole[i] = b.of[w]
	}
	at := 0
	for i := range m.clauses {
		c := &m.clauses[i]
		end := min(at+len(c.words), len(words))
		if f, ok := b.in(m, words[at:end], whole[at:end], c.asks, true, len(m.clauses) == 1); ok {
			return f, true
		}
		at = end
	}
	if len(m.clauses) < 2 {
		return found{}, false
	}
	return b.in(m, words, whole, m.whole.asks, false, true)
}

// in looks through a clause, or the whole message, or what is both.
func (b *meetingBook) in(m *saying, words []string, of []marks, asks, clause, whole bool) (found, bool) {
	all := marks(0)
	for _, w := range of {
		all |= w
	}
	if all == 0 {
		return found{}, false
	}
	for i := range b.all {
		r := &b.all[i]
		if all&r.any == 0 || all&r.void != 0 || asks && r.said || !r.there(all) || !(clause && !r.whole || whole && (r.whole || r.wide)) {
			continue
		}
		from, to, ok := r.find(of)
		if !ok || r.lone != 0 && !only(of, r.lone|r.any) || r.unless != "" && b.unless[r.unless](m) {
			continue
		}
		return found{r.means, strings.Join(words[from:to], " ")}, true
	}
	return found{}, false
}

// there tells whether each set has a word.
func (r *met) there(all marks) bool {
	for _, s := range r.steps {
		if all&s == 0 {
			return false
		}
	}
	return true
}

func only(of []marks, these marks) bool {
	for _, w := range of {
		if w&these == 0 {
			return false
		}
	}
	return true
}

// find looks for the words of the sets, each the nearest to the others.
func (r *met) find(of []marks) (from, to int, ok bool) {
	// began is, for each set, where the words that reach up to it begin; without an order, where its own last word is.
	began := [4]int{-1, -1, -1, -1}
	last := len(r.steps) - 1
	for i, w := range of {
		if r.glued != 0 && w&(r.glued|r.any) == 0 {
			began = [4]int{-1, -1, -1, -1}
			continue
		}
		if w&r.any == 0 {
			continue
		}
		first := i
		if r.row {
			for k := last; k >= 0; k-- {
				switch {
				case w&r.steps[k] == 0:
				case k == 0:
					began[0] = i
				case began[k-1] >= 0:
					began[k] = began[k-1]
				}
			}
			first = began[last]
			if w&r.steps[last] == 0 {
				continue
			}
		} else {
			for k := range r.steps {
				if w&r.steps[k] != 0 {
					began[k] = i
					break
				}
			}
			for k := range r.steps {
				first = min(first, began[k])
			}
		}
		if first >= 0 && (r.span == 0 || i-first < r.span) && !r.denied(of[max(0, first-3):i+1]) {
			return first, i + 1, true
		}
	}
	return 0, 0, false
}

// denied tells whether one of the words takes the meaning away.
func (r *met) denied(of []marks) bool {
	for _, w := range of {
		if w&r.before != 0 {
			return true
		}
	}
	return false
}
