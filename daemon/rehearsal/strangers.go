package rehearsal

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/rebookhq/rebook/daemon/booking"
)

// strangers puts invented people in the place of real ones: every name, number, address and e-mail address of a document goes
// through it, and what is the same stays the same, so that a conversation still makes sense.
type strangers struct {
	seed    string                          // the real phone: whoever it is gets the same stand-in in every test
	own     map[booking.Phone]bool          // of the business: these stay
	phones  map[booking.Phone]booking.Phone // real to invented
	names   map[string]string               // lower case to invented
	streets map[string]string               // number and first word of a street, lower case, to the invented line
	lines   []line                          // streets that are known, as they may be written
	mails   map[string]string               // lower case to invented
	zips    map[string]string
	zones   []string // service ZIP codes of the scheduler
}

// Invented people. None of them is a word of everyday texts, so that what was put in can be told from what was there.
var (
	firstNames = [...]string{"Tavish", "Ottilie", "Bertrand", "Ludmila", "Corwin", "Hedwig", "Anselm", "Philippa", "Ruben", "Sunniva", "Casimir", "Ingrid",
		"Leopold", "Marisol", "Torsten", "Yolanda", "Edmund", "Beatriz", "Gunther", "Rosalind"}
	lastNames = [...]string{"Pellworth", "Quenneville", "Osterhagen", "Lindqvist", "Thackeray", "Montoya", "Vandermeer", "Ashdown", "Kowalczyk", "Fitzwilliam",
		"Dragomir", "Hollingsworth", "Ibarra", "Nakagawa", "Rutherford", "Szymanski"}
	streetNames = [...]string{"Alder Trace Rd", "Bridgewater Ct", "Olentangy Knoll Dr", "Reed Hollow Rd", "Juniper Bend Ln", "Copper Mill Ave", "Harrow Field Dr", "Lantern Hill Rd"}
)

// newStrangers begins with the person of a session.
func newStrangers(c booking.Customer, phone booking.Phone, own []booking.Phone, zips []string) *strangers {
	s := &strangers{seed: cmp.Or(string(phone), c.Email, c.FirstName), own: map[booking.Phone]bool{}, phones: map[booking.Phone]booking.Phone{},
		names: map[string]string{}, streets: map[string]string{}, mails: map[string]string{}, zips: map[string]string{}, zones: zips}
	for _, p := range own {
		s.own[p] = true
	}
	s.phone(phone)
	for _, n := range letters(c.FirstName) {
		s.name(n, firstNames[:])
	}
	for _, n := range letters(c.LastName) {
		s.name(n, lastNames[:])
	}
	if c.Email != "" {
		s.mail(c.Email)
	}
	s.lives(c.Address.Line1 + " " + c.Address.Line2)
	return s
}

// pick gives one of n for a thing, the same one every time; taken says which are not free.
func (s *strangers) pick(kind string, n int, taken func(int) bool) int {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%s/%d", kind, s.seed, n)
	i := int(h.Sum32() % uint32(n))
	for range n {
		if !taken(i) {
			return i
		}
		i = (i + 1) % n
	}
	return i
}

func taken[K comparable, V comparable](all map[K]V, v V) bool {
	for _, t := range all {
		if t == v {
			return true
		}
	}
	return false
}

// phone gives the stand-in of a number: of the same area code, since zones hang on it, and one of those kept free for fiction
// (555-0100 to 555-0199).
func (s *strangers) phone(p booking.Phone) booking.Phone {
	if p == "" || s.own[p] {
		return p
	}
	if v, ok := s.phones[p]; ok {
		return v
	}
	area := "614"
	if len(p) == 12 && strings.HasPrefix(string(p), "+1") {
		area = string(p[2:5])
	}
	number := func(i int) booking.Phone { return booking.Phone(fmt.Sprintf("+1%s55501%02d", area, i)) }
	i := s.pick("phone"+area, 100, func(i int) bool { v := number(i); return v == p || s.own[v] || taken(s.phones, v) })
	s.phones[p] = number(i)
	return s.phones[p]
}

// name gives the stand-in of one word of a name.
func (s *strangers) name(n string, from []string) string {
	key := strings.ToLower(n)
	if len([]rune(key)) < 2 {
		return n[:0]
	}
	if v, ok := s.names[key]; ok {
		return v
	}
	i := s.pick("name"+from[0], len(from), func(i int) bool { return strings.EqualFold(from[i], n) || taken(s.names, from[i]) })
	s.names[key] = from[i]
	return from[i]
}

func (s *strangers) mail(m string) string {
	key := strings.ToLower(strings.TrimSpace(m))
	if v, ok := s.mails[key]; ok {
		return v
	}
	s.mails[key] = fmt.Sprintf("person%d@example.com", len(s.mails)+1)
	return s.mails[key]
}

// zip gives the stand-in of a ZIP code: of the service area when that one was, else of the same region, since zones hang on it.
func (s *strangers) zip(z string) string {
	z = strings.TrimSpace(z)
	if len(z) < 5 {
		return ""
	}
	z = z[:5]
	if v, ok := s.zips[z]; ok {
		return v
	}
	v := z[:3] + "01"
	if slices.Contains(s.zones, z) {
		v = s.zones[0]
	} else if slices.Contains(s.zones, v) || v == z {
		v = z[:3] + "99"
	}
	s.zips[z] = v
	return v
}

// customer gives the stand-in of a person.
func (s *strangers) customer(c booking.Customer, phone booking.Phone) map[string]any {
	whole := func(words string, from []string) string {
		var all []string
		for _, w := range letters(words) {
			if v := s.name(w, from); v != "" {
				all = append(all, v)
			}
		}
		return strings.Join(all, " ")
	}
	out := map[string]any{"phone": string(s.phone(phone))}
	put := func(to map[string]any, key, v string) {
		if v != "" {
			to[key] = v
		}
	}
	put(out, "first_name", whole(c.FirstName, firstNames[:]))
	put(out, "last_name", whole(c.LastName, lastNames[:]))
	if c.Email != "" {
		out["email"] = s.mail(c.Email)
	}
	address := map[string]any{}
	if c.Address.Line1 != "" {
		address["line1"] = s.street(c.Address.Line1)
	}
	put(address, "city", c.Address.City)
	put(address, "state", c.Address.State)
	put(address, "postal_code", s.zip(c.Address.PostalCode))
	if len(address) > 0 {
		out["address"] = address
	}
	return out
}

// The shapes in which personal data stands in texts.
var (
	mailShape  = regexp.MustCompile(`(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)
	linkShape  = regexp.MustCompile(`(https?://\S*?/l/)[A-Za-z0-9_-]+`)
	phoneShape = regexp.MustCompile(`(?:\+?1[\s.-]{0,2})?\(?\d{3}\)?[\s.-]{0,2}\d{3}[\s.-]{0,2}\d{4}\b`)
	worldShape = regexp.MustCompile(`\+\d[\d\s().-]{6,18}\d`)
	localShape = regexp.MustCompile(`\b(?:\d{3}[\s.-]?)?\d{4}\b`)
	zipShape   = regexp.MustCompile(`\b\d{5}(?:-\d{4})?\b`)
	// A name that a text tells: behind these words one or two words with a capital are one.
	nameShape = regexp.MustCompile(`((?i:\b(?:my name is|this is|i am|i'm|i’m|im|name's|it's|its|soy|me llamo|mi nombre es|call me|ask for|mr\.?|mrs\.?|ms\.?|` +
		`my (?:wife|husband|son|daughter|mom|mother|dad|father|brother|sister|neighbor|tenant|roommate|landlord)(?: is|,)?))\s+)(\p{Lu}\p{Ll}+)((?:\s+\p{Lu}\p{Ll}+)?)`)
	// The same where the words leave no doubt, however it is spelled.
	surelyName = regexp.MustCompile(`((?i:\b(?:my name is|me llamo|mi nombre es|name's)\s+))(\p{L}{2,})`)
	// A name that closes a text.
	signature = regexp.MustCompile(`([-–—~]\s?)(\p{Lu}\p{Ll}+)(\s*)$`)
)

// everyday are words behind "this is" and the like that are no names, and names that are also words: those count only with a capital.
var everyday = wordSet("the a an my your our not so sorry just going at in on home here there yes no ok okay monday tuesday wednesday thursday friday saturday sunday " +
	"january february march april may june july august september october november december will art mark bill rich grant grace hope faith joy dawn rose " +
	"drew pat chase frank gene jack sunny young long short brown white green black gray grey king price day hill park street rob lane wood stone field " +
	"summer autumn rusty penny heather ivy lily iris olive violet ruby pearl amber crystal christian carol jean dale glen cliff van guy skip buddy may")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// hear takes in what a text tells about persons, before anything is replaced: who is named once may be named again elsewhere.
func (s *strangers) hear(text string) {
	for _, typed := range phoneShape.FindAllString(text, -1) {
		if p, problem := booking.ParsePhone(typed); problem == "" {
			s.phone(p)
		}
	}
	if a := booking.FindAddress(text); a.Line1 != "" {
		s.lives(a.Line1)
	}
	for _, m := range nameShape.FindAllStringSubmatch(text, -1) {
		for i, n := range []string{m[2], strings.TrimSpace(m[3])} {
			if n != "" && !everyday[strings.ToLower(n)] {
				s.name(n, [][]string{firstNames[:], lastNames[:]}[i])
			}
		}
	}
	for _, m := range surelyName.FindAllStringSubmatch(text, -1) {
		s.name(m[2], firstNames[:])
	}
	for _, m := range signature.FindAllStringSubmatch(text, -1) {
		if !everyday[strings.ToLower(m[2])] {
			s.name(m[2], firstNames[:])
		}
	}
}

// text gives a text with invented people in it.
func (s *strangers) text(text string) string {
	text = linkShape.ReplaceAllString(text, "${1}LINK")
	text = mailShape.ReplaceAllStringFunc(text, s.mail)
	text = phoneShape.ReplaceAllStringFunc(text, func(typed string) string {
		p, problem := booking.ParsePhone(typed)
		if problem != "" {
			return "555-0100"
		}
		if s.own[p] {
			return typed
		}
		v := s.phone(p)
		if strings.HasPrefix(typed, "+") {
			return string(v)
		}
		return string(v[2:5] + "-" + v[5:8] + "-" + v[8:])
	})
	text = worldShape.ReplaceAllStringFunc(text, func(typed string) string {
		p, problem := booking.ParsePhone(typed)
		if problem != "" || s.own[p] || taken(s.phones, p) {
			return typed
		}
		return string(s.phone(p))
	})
	text = localShape.ReplaceAllStringFunc(text, s.local)
	for _, l := range s.lines {
		text = l.shape.ReplaceAllLiteralString(text, l.stand)
	}
	text = s.addresses(text)
	text = zipShape.ReplaceAllStringFunc(text, func(z string) string {
		known := false
		for _, v := range s.zips {
			known = known || v == z
		}
		if _, real := s.zips[z[:5]]; real || !known && booking.ZipPlace(z).States != nil {
			return s.zip(z)
		}
		return z
	})
	return s.called(text)
}

// local replaces the end of a number that is known: its last seven digits, or the last four unless they may be a year.
func (s *strangers) local(typed string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, typed)
	for _, real := range slices.Sorted(maps.Keys(s.phones)) {
		v := string(s.phones[real])
		switch {
		case !strings.HasSuffix(string(real), digits), len(digits) == 4 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20")):
		case len(digits) == 4:
			return v[len(v)-4:]
		default:
			return v[len(v)-7:len(v)-4] + "-" + v[len(v)-4:]
		}
	}
	return typed
}

// called replaces the names of a text.
func (s *strangers) called(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		n := strings.IndexFunc(text, unicode.IsLetter)
		if n < 0 {
			break
		}
		out.WriteString(text[:n])
		text = text[n:]
		end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
		if end < 0 {
			end = len(text)
		}
		word, key := text[:end], strings.ToLower(text[:end])
		stand, known := s.names[key]
		capital := unicode.IsUpper([]rune(word)[0])
		if known && (!everyday[key] || capital) {
			if !capital {
				stand = strings.ToLower(stand)
			}
			word = stand
		}
		out.WriteString(word)
		text = text[end:]
	}
	return out.String() + text
}

// letters gives the words of a name.
func letters(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
}
