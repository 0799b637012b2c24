package booking

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// aside are courtesies: they change nothing at the ends of a clause.
var aside = wordSet("please por favor thanks thank you thx ok okay now just already sorry no hey hi hello sir guys yeah yes seriously omg " +
	"dude ya gracias pls alright well oh immediately kindly asap today again bro sir maam buddy folks")

// saying is a message made plain.
type saying struct {
	clauses []clause
	whole   clause
	number  bool // it names a number of three digits or more
	anyTime bool // what is over counts too
}

// clause is a part of a message between two marks or conjunctions.
type clause struct {
	words   []string
	numbers []uint16 // of each word its number in the lexicon, 0 for a word of no table
	names   uint64   // bit i: word i is written like a name
	asks    bool     // it ends with a question mark
	first   int      // the words outside are courtesies
	last    int
}

// plainMessage cuts a text into clauses of plain words.
func plainMessage(body string) *saying {
	m := &saying{}
	// The words of all clauses lie in one row; English has four letters a word and more.
	row := make([]string, 0, len(body)/4+2)
	c := clause{words: row}
	end := func(asks bool) {
		if len(c.words) > 0 {
			c.asks = asks
			m.add(c)
		}
		used := min(len(c.words), cap(row))
		row = row[used:used:cap(row)]
		c = clause{words: row}
	}
	body = strings.ReplaceAll(body, removed, "0000") // a number stood there; the customer said no such word
	for body != "" {
		r, n := utf8.DecodeRuneInString(body)
		if !partOfWord(r) {
			switch r {
			case '.', '!', ';', ',', '\n', ':', '(', ')', '—', '–':
				end(false)
			case '?', '¿':
				end(r == '?')
			case '🛑', '⛔':
				c.add("stop", false)
			}
			body = body[n:]
			continue
		}
		size := n
		for size < len(body) {
			r, n := utf8.DecodeRuneInString(body[size:])
			if !partOfWord(r) {
				break
			}
			size += n
		}
		raw := body[:size]
		body = body[size:]
		if len(raw) >= 3 && raw[0] >= '0' && raw[0] <= '9' && strings.Trim(raw, "0123456789") == "" {
			m.number = true
		}
		w := plainWord(raw)
		if n := len(c.words); n > 0 {
			if one, ok := parted[c.words[n-1]][w]; ok {
				c.words, w = c.words[:n-1], one
			}
		}
		switch {
		case w == "":
		case joins[w]:
			end(false)
		default:
			c.add(w, likeAName(raw) || givenName(w))
		}
	}
	end(false)
	m.whole.words = make([]string, 0, len(body)/4+2)
	for _, c := range m.clauses {
		for i, w := range c.words {
			m.whole.add(w, c.names>>i&1 == 1)
		}
		m.whole.asks = c.asks
	}
	m.whole.trim()
	return m
}

func (m *saying) add(c clause) {
	c.words = slices.Clip(c.words)
	c.trim()
	m.clauses = append(m.clauses, c)
}

// has tells whether the message holds a word of the set.
func (m *saying) has(set map[string]bool) bool {
	for _, w := range m.whole.words {
		if set[w] {
			return true
		}
	}
	return false
}

// trim ends a clause: it looks its words up, and finds the courtesies at the ends.
func (c *clause) trim() {
	c.numbers = make([]uint16, len(c.words))
	for i, w := range c.words {
		c.numbers[i] = lexicon[w]
	}
	c.first, c.last = 0, len(c.words)
	for c.first < c.last && aside[c.words[c.first]] {
		c.first++
	}
	for c.last > c.first && aside[c.words[c.last-1]] {
		c.last--
	}
}

// add puts a word behind the others, and writes a negation of two words as one.
func (c *clause) add(w string, name bool) {
	if n := len(c.words); w == "not" && n > 0 {
		switch c.words[n-1] {
		case "do", "does", "did", "is":
			c.words[n-1] += "nt"
			return
		case "can", "will":
			c.words[n-1] = map[string]string{"can": "cant", "will": "wont"}[c.words[n-1]]
			return
		}
	}
	if name && len(c.words) < 64 {
		c.names |= 1 << len(c.words)
	}
	c.words = append(c.words, w)
}

// parted are words that phones and people write as two.
var parted = map[string]map[string]string{"any": {"more": "anymore"}, "un": {"subscribe": "unsubscribe", "suscribe": "unsubscribe"}, "no": {"one": "noone"},
	"some": {"one": "someone"}, "who": {"ever": "whoever"}, "an": {"other": "another"}}

// joins part clauses as marks do.
var joins = wordSet("but because cause cuz then so pero porque and y")

// partOfWord tells what stands inside words: apostrophes join ("don't"), hyphens part ("opt-out"), '#' means number.
func partOfWord(r rune) bool {
	if 'a' <= r && r <= 'z' {
		return true
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == '#' || r == '*'
}

func likeAName(raw string) bool {
	r, n := utf8.DecodeRuneInString(raw)
	return unicode.IsUpper(r) && len(raw) > n && strings.ToLower(raw[n:]) == raw[n:]
}

// plainWord writes a word as the phrases do.
func plainWord(raw string) string {
	w := raw
	if !isLower(w) {
		w = strings.Map(func(r rune) rune {
			if r == '\'' || r == '’' || r == '*' {
				return -1
			}
			return r
		}, strings.ToLower(foldAccents(raw)))
	}
	w = unstretched(w)
	if p, ok := spellings[w]; ok {
		return p
	}
	if strings.HasSuffix(w, "in") && gerunds[w+"g"] { // "pourin"
		return w + "g"
	}
	if len(w) > 8 && w[0] == 'u' && near(w, "unsubscribe") {
		return "unsubscribe"
	}
	if len(w) >= 6 && len(w) <= 15 && !spelledRight[w] {
		for _, meant := range mistyped[w[0]] {
			if slips(w, meant) {
				return meant
			}
		}
	}
	return w
}

// mistyped are words that matter, by their first letters: a word with one slip in it is taken for one of them. First and last letter
// must be right: a slip there is often another word.
var mistyped = func() map[byte][]string {
	m := map[byte][]string{}
	for w := range strings.FieldsSeq("message messages messaging number monoxide propane basement ceiling everywhere furnace electrocuted unconscious breathing flooding " +
		"overflowing sparking smoking contacting notifications bothering monoxido calefaccion mensajes mensaje inundando telefono numero permission subscribe remove") {
		m[w[0]] = append(m[w[0]], w)
	}
	return m
}()

// spelledRight are words that differ from those by one letter.
var spelledRight = wordSet("flooring sparkling massage massages smocking numeral remote resolve")

// slips tells whether w is another word than meant by one letter wrong, missing, too many, or swapped with the next.
func slips(w, meant string) bool {
	if d := len(w) - len(meant); d < -1 || d > 1 || w == meant {
		return false
	}
	from, end := 0, 0
	for from < min(len(w), len(meant)) && w[from] == meant[from] {
		from++
	}
	for end < min(len(w), len(meant))-from && w[len(w)-1-end] == meant[len(meant)-1-end] {
		end++
	}
	a, b := w[from:len(w)-end], meant[from:len(meant)-end]
	return end > 0 && (len(a) <= 1 && len(b) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0])
}

// isLower tells the usual word, which is plain as it is.
func isLower(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return true
}

// unstretched writes a letter that stands three times or more once: "stopppp".
func unstretched(w string) string {
	for i := 2; i < len(w); i++ {
		if w[i] == w[i-1] && w[i] == w[i-2] && w[i] < utf8.RuneSelf && !(w[i] >= '0' && w[i] <= '9') {
			b := make([]byte, 0, len(w))
			for j := 0; j < len(w); {
				k := j
				for k < len(w) && w[k] == w[j] {
					k++
				}
				if k-j >= 3 {
					b = append(b, w[j])
				} else {
					b = append(b, w[j:k]...)
				}
				j = k
			}
			return string(b)
		}
	}
	return w
}

// spellings are the ways words are typed on phones.
var spellings = map[string]string{
	"u": "you", "l8r": "later", "w": "with", "thru": "through", "ur": "your", "r": "are", "plz": "please", "pls": "please", "txt": "text", "txts": "texts", "txting": "texting", "msg": "message",
	"msgs": "messages", "#": "number", "num": "number", "stahp": "stop", "stpo": "stop", "sotp": "stop", "tsop": "stop", "stopp": "stop", "stopt": "stop",
	"stp": "stop", "st0p": "stop", "stoptexting": "stop", "stoptextingme": "stop", "stoptxting": "stop", "stopmessaging": "stop", "stopsending": "stop",
	"plese": "please", "pleas": "please", "plse": "please", "smel": "smell", "msj": "mensaje", "msjs": "mensajes", "fier": "fire", "somke": "smoke", "leeking": "leaking", "leakin": "leaking", "beepin": "beeping", "smels": "smells", "nuber": "number", "numbr": "number", "stopit": "stop", "cannot": "cant", "cannt": "cant", "sendin": "sending", "dnt": "dont",
	"unsuscribe": "unsubscribe", "unsub": "unsubscribe", "removeme": "remove", "mssg": "message", "mesage": "message", "mesages": "messages", "txtin": "texting",
	"txted": "texted", "txtd": "texted", "msging": "messaging", "msgin": "messaging", "messege": "message", "messeges": "messages", "loose": "lose", "xfa": "favor", "porfavor": "favor", "porfa": "favor",
}

// gerunds are those that people write without their last letter.
var gerunds = wordSet("aching arcing asking backing banging beeping blasting bleeding blowing boiling bothering breaking breathing bubbling bugging bulging burning bursting buzzing calling chirping clogging coming cooling crackling " +
	"doing draining dripping dying falling fainting feeling filling fixing flashing flickering flooding flowing freezing getting giving going gushing hanging harassing heating hissing humming hurting " +
	"killing knocking leaking leaving looking making melting messaging needing overflowing pestering popping pouring puking pumping raining reading reeking ringing rising running rushing sagging sending shaking shocking shooting " +
	"shutting sizzling smelling smoking smoldering spamming sparking spewing spraying stinking stopping talking telling texting throwing tingling tripping trying turning vomiting waiting wanting wheezing whistling working")

// near tells whether w is b with at most two letters wrong, missing or too many.
func near(w, b string) bool {
	if d := len(w) - len(b); d > 2 || d < -2 {
		return false
	}
	var row [24]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(w) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if w[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)] <= 2
}
