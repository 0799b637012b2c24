package booking

// turnedDown tells whether a mention from one place to another is not wanted: one of the three words before refuses it ("not
// thursday", "can't do mornings"), or the words behind do ("8 won't work", "wed I'm working").
func turnedDown(said string, at, end int) bool {
	if failsBehind(whenWords(said[end:])) {
		return true
	}
	words := whenWords(said[:at])
	word := func(i int) string {
		if i < 0 {
			return ""
		}
		return words[i].s
	}
	for i := len(words) - 1; i >= max(0, len(words)-3); i-- {
		switch w := word(i); {
		case refusing[w], (w == "work" || w == "trabajar") && working[word(i-1)], w == "trabajo" && word(i-1) != "el" && word(i-1) != "mi" && word(i-1) != "del", w == "but" && whole[word(i-1)], whole[w] && word(i-1) == "no",
			ables[w] && word(i-1) == "no", likings[w] && word(i-1) == "dont", busy[w] && (word(i-1) == "im" || word(i-1) == "am" || word(i-1) == "be"):
			return true
		case w == "." || w == "," || w == "but" || w == "pero" || w == "so" || w == "then" || w == ";":
			return false
		}
	}
	return false
}

// failsBehind tells whether the words behind a day or a time say that it is not wanted.
func failsBehind(next []whenWord) bool {
	word := func(i int) string {
		if i >= len(next) {
			return ""
		}
		return next[i].s
	}
	if word(0) == "is" || word(0) == "s" || word(0) == "are" {
		next = next[1:]
		if w := word(0); w == "bad" || w == "out" || w == "not" && word(1) != "" {
			return true
		}
	}
	switch {
	case failing[word(0)]:
		return true
	case word(0) == "i" && (word(1) == "cant" || word(1) == "wont"):
		return word(2) == "" || word(2) == "make" || word(2) == "." || word(2) == ","
	case word(0) == "no":
		return ables[word(1)] || word(1) == "me" || word(1) == "good" || word(1) == "bueno"
	case word(0) == "im":
		return busy[word(1)] && !bounding[word(2)] || word(1) == "not" && !bounding[word(3)]
	}
	return false
}

// failing stand behind a day or a time that is not wanted; busy behind "I'm", when nothing bounds it: "wed I'm working till 3".
var (
	failing  = wordSet("wont doesnt isnt aint dont")
	busy     = wordSet("working busy away gone traveling travelling out booked slammed")
	bounding = wordSet("until till til before after from")
	ables    = wordSet("puedo puede podemos estoy estamos estare sirve conviene")
	working  = wordSet("to gotta must i trabajar que")
	likings  = wordSet("want like need do")
	whole    = wordSet("anything anytime any day days time times whenever everyday")
)

// others turns a time that is not wanted into the rest of the day.
func others(t TimeMention) TimeMention {
	switch t.Kind {
	case TimeAfter:
		t.Kind = TimeBefore
		return t
	case TimeBefore:
		t.Kind = TimeAfter
		return t
	}
	r := t.Readings[0]
	o := TimeMention{Kind: TimePart, Start: t.Start, End: t.End}
	if r.From > 0 {
		o.Readings = append(o.Readings, Span{0, r.From})
	}
	if r.From == r.To { // not at eight sharp, but at any other time
		r.To++
	}
	if r.To < 24*60 {
		o.Readings = append(o.Readings, Span{r.To, 24 * 60})
	}
	return o
}

// refusing words stand before a day or a time that is not wanted.
var refusing = wordSet("not except besides excluding cant cannot wont menos excepto tampoco")
