package storage

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// families has the check of each family under an account; name is the rest of the key.
var families = map[string]func(v *verifier, a booking.AccountID, name string, r Row) error{
	"account":       called(func(booking.Account) string { return "" }),
	"registration":  called(func(booking.Registration) string { return "" }),
	"facts":         called(func([]booking.Fact) string { return "" }),
	"number":        (*verifier).number,
	"outbound":      (*verifier).outbound,
	"scheduler":     called(func(x booking.Scheduler) string { return string(x.ID) }),
	"windows":       (*verifier).windows,
	"key":           (*verifier).apiKey,
	"session":       (*verifier).session,
	"client":        (*verifier).client,
	"status":        (*verifier).sessionIndex,
	"phone":         (*verifier).sessionIndex,
	"email":         (*verifier).sessionIndex,
	"trace":         (*verifier).trace,
	"person":        called(func(x booking.Person) string { return string(x.Phone) }),
	"optout":        called(func(x booking.OptOut) string { return string(x.Phone) }),
	"attempt":       (*verifier).attempt,
	"booking":       (*verifier).booking,
	"bookedby":      (*verifier).bookedBy,
	"seats":         (*verifier).seats,
	"external":      (*verifier).external,
	"inbound":       called(func(x booking.Inbound) string { return x.SID }),
	"once":          (*verifier).once,
	"poison":        called(func(x Poison) string { return x.Kind.String() + "/" + x.Ref }),
	"alarm":         called(func(x Alarm) string { return x.Code + "/" + x.Ref }),
	"tally":         (*verifier).tally,
	"tallied":       (*verifier).tallied,
	"webhooks":      called(func([]booking.Webhook) string { return "" }),
	"hooktrouble":   called(func(x booking.WebhookTrouble) string { return x.Webhook }),
	"delivery":      (*verifier).delivery,
	"hooklist":      (*verifier).hookList,
	"announcement":  (*verifier).announcement,
	"script":        (*verifier).script,
	"scriptversion": (*verifier).scriptVersion,
	"scripttest":    called(func(x booking.ScriptTest) string { return x.ID }),
	"testrun":       called(func(booking.TestRun) string { return "" }),
	"canary":        (*verifier).canary,
	"canarytally":   (*verifier).canaryTally,
	"turn":          (*verifier).turn,
	"replay":        called(func(x booking.Replay) string { return turned(x.ID) }),
	"replayed":      (*verifier).replayed,
	"report":        called(func(x booking.StatusUpdate) string { return x.SID }),
	"carrier":       called(func(booking.CarrierState) string { return "" }),
	"missed":        (*verifier).missed,
	"lookout":       (*verifier).lookout,
	"filing":        (*verifier).filing,
	"user":          (*verifier).user,
	"audit":         called(auditName),
	"thread":        (*verifier).thread,
	"threadlist":    (*verifier).threadList,
	"threadview":    (*verifier).threadView,
	"threadmsg":     (*verifier).threadMessage,
	"consent":       (*verifier).consent,
	"erasure":       (*verifier).erasure,
	"erased":        (*verifier).erased,
}

// called makes the check of a family whose rows stand alone and carry their own name.
func called[T any](name func(T) string) func(*verifier, booking.AccountID, string, Row) error {
	return func(v *verifier, _ booking.AccountID, key string, r Row) error {
		if x, ok := value[T](v, r); ok && name(x) != key {
			v.find(r.Key, "the value calls itself %q", name(x))
		}
		return nil
	}
}

func (v *verifier) once(_ booking.AccountID, _ string, r Row) error {
	value[Once](v, r)
	return nil
}

// trace rows may outlive their session or go before it: they age by themselves.
func (v *verifier) trace(_ booking.AccountID, name string, r Row) error {
	if session, stamp, ok := strings.Cut(name, "/"); !ok || session == "" || len(stamp) != 10 {
		v.find(r.Key, "not a key of a trace")
	}
	value[[]booking.Finding](v, r)
	return nil
}

func (v *verifier) windows(a booking.AccountID, name string, r Row) error {
	value[[]booking.Window](v, r)
	return v.there(accountKey(a, "scheduler", name), r.Key, "the scheduler of these windows")
}

func (v *verifier) apiKey(a booking.AccountID, name string, r Row) error {
	k, ok := value[Key](v, r)
	if !ok {
		return nil
	}
	if k.ID != name {
		v.find(r.Key, "the value calls itself %q", k.ID)
	}
	c, err := find[Credential](v.g, globalKey("k", k.Digest))
	if err != nil {
		return err
	}
	if c == nil || c.Account != a || c.Key != k.ID || c.Role != k.Role {
		v.find(r.Key, "its secret does not open it: the credential is %+v", c)
	}
	return nil
}

func (v *verifier) credential(r Row, _ string) error {
	c, ok := value[Credential](v, r)
	if !ok {
		return nil
	}
	if err := v.account(r.Key, c.Account); err != nil {
		return err
	}
	if c.Key != "" {
		return v.there(accountKey(c.Account, "key", c.Key), r.Key, "the API key of this credential")
	}
	if c.Scheduler != "" {
		return v.there(accountKey(c.Account, "scheduler", string(c.Scheduler)), r.Key, "the scheduler of this credential")
	}
	return nil
}

func (v *verifier) session(a booking.AccountID, name string, r Row) error {
	s, ok := value[booking.Session](v, r)
	if !ok {
		return nil
	}
	if string(s.ID) != name {
		v.find(r.Key, "the value calls itself %q", s.ID)
		return nil
	}
	for _, x := range indexes(s) {
		if x.value == "" {
			continue
		}
		if err := v.there(accountKey(a, x.family, x.value, name), r.Key, "its row in the "+x.family+" index"); err != nil {
			return err
		}
	}
	if err := v.there(clientKey(a, s.Scheduler, s.ClientID), r.Key, "the row that leads its page to it"); err != nil {
		return err
	}
	if d, ok := s.Due(a); ok {
		return v.there(dueKey(d), r.Key, "its due-key")
	}
	return nil
}

func (v *verifier) client(a booking.AccountID, name string, r Row) error {
	id, ok := value[booking.SessionID](v, r)
	if !ok {
		return nil
	}
	s, err := find[booking.Session](v.g, accountKey(a, "session", string(id)))
	switch {
	case err != nil:
		return v.unread(err)
	case s == nil:
		v.find(r.Key, "leads to session %s, which is not there", id)
	case string(s.Scheduler)+"/"+digest(s.ClientID) != name:
		v.find(r.Key, "leads to session %s, which has another page", id)
	}
	return nil
}

// sessionIndex checks a row a/<account>/<family>/<value>/<session>.
func (v *verifier) sessionIndex(a booking.AccountID, name string, r Row) error {
	val, id, _ := strings.Cut(name, "/")
	family := strings.Split(string(r.Key), "/")[2]
	s, err := find[booking.Session](v.g, accountKey(a, "session", id))
	if err != nil {
		return v.unread(err)
	}
	if s == nil {
		v.find(r.Key, "stands for session %q, which is not there", id)
		return nil
	}
	for _, x := range indexes(*s) {
		if x.family == family && x.value != val {
			v.find(r.Key, "says %s %q, its session says %q", family, val, x.value)
		}
	}
	if family == "status" && len(r.Value) != 8 {
		v.find(r.Key, "does not hold the expiry of its session")
	}
	return nil
}

// unread passes on what keeps us from looking; a damaged record is reported where it stands.
func (v *verifier) unread(err error) error {
	if errors.Is(err, errValue) {
		return nil
	}
	return err
}

func (v *verifier) attempt(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Attempt](v, r)
	if !ok {
		return nil
	}
	if string(x.ID) != name || x.Account != a {
		v.find(r.Key, "the value calls itself %q of account %q", x.ID, x.Account)
		return nil
	}
	if x.InFlight() {
		if err := v.there(inFlightKey(a, x.ID), r.Key, "its in-flight row"); err != nil {
			return err
		}
	}
	if d, ok := x.Due(); ok {
		return v.there(dueKey(d), r.Key, "its "+d.Kind.String()+" due-key")
	}
	return nil
}

func (v *verifier) missed(a booking.AccountID, _ string, r Row) error {
	x, ok := value[Missed](v, r)
	if !ok {
		return nil
	}
	return v.there(dueKey(x.due(a)), r.Key, "its catch-up due-key")
}

func (v *verifier) lookout(a booking.AccountID, _ string, r Row) error {
	x, ok := value[Lookout](v, r)
	if !ok {
		return nil
	}
	return v.there(dueKey(x.due(a)), r.Key, "its lookout due-key")
}

func (v *verifier) inFlight(r Row) error {
	if len(r.Key) < 5 {
		v.find(r.Key, "not a key of an in-flight row")
		return nil
	}
	account, id, ok := cut(r.Key[4:])
	if !ok || Shard(booking.AccountID(account)) != r.Key[2] {
		v.find(r.Key, "not the shard of its account, or no attempt in it")
		return nil
	}
	epoch, ok := value[uint64](v, r)
	if !ok {
		return nil
	}
	x, err := v.Attempt(booking.AccountID(account), booking.AttemptID(id))
	switch {
	case err != nil:
		return v.unread(err)
	case x == nil:
		v.find(r.Key, "stands for an attempt that is not there")
	case !x.InFlight():
		v.find(r.Key, "stands for an attempt that is %s", x.State)
	case x.Epoch != epoch:
		v.find(r.Key, "says epoch %d, its attempt says %d", epoch, x.Epoch)
	}
	return nil
}

func (v *verifier) due(r Row) error {
	d, err := parseDue(r.Key)
	if err != nil {
		v.find(r.Key, "%v", err)
		return nil
	}
	shard := r.Key[2]
	if shard != Shard(d.Account) {
		v.find(r.Key, "not in the shard of its account, so nobody will look for it there")
	}
	if first, ok := v.earliest[shard]; !ok || d.At.Before(first) {
		v.earliest[shard] = d.At
	}
	if err := v.account(r.Key, d.Account); err != nil {
		return err
	}
	switch d.Kind {
	case booking.KindLapse, booking.KindFollowUp:
		s, err := find[booking.Session](v.g, accountKey(d.Account, "session", d.Ref))
		if err != nil {
			return v.unread(err)
		}
		if s == nil {
			v.find(r.Key, "stands for session %q, which is not there", d.Ref)
			return nil
		}
		own, armed := s.Due(d.Account)
		v.sameDue(r, own, armed)
	case booking.KindCatchUp:
		m, err := v.Missed(d.Account)
		if err != nil {
			return v.unread(err)
		}
		if m == nil {
			v.find(r.Key, "nothing is missed")
			return nil
		}
		v.sameDue(r, m.due(d.Account), true)
	case booking.KindLookout:
		w, err := v.Lookout(d.Account)
		if err != nil {
			return v.unread(err)
		}
		if w == nil {
			v.find(r.Key, "nothing is watched")
			return nil
		}
		v.sameDue(r, w.due(d.Account), true)
	case booking.KindSettle, booking.KindReply:
		x, err := v.Attempt(d.Account, booking.AttemptID(d.Ref))
		if err != nil {
			return v.unread(err)
		}
		if x == nil {
			v.find(r.Key, "stands for attempt %q, which is not there", d.Ref)
			return nil
		}
		own, armed := x.Due()
		v.sameDue(r, own, armed)
	case booking.KindTally:
		x, err := v.Tallied(d.Account)
		if err != nil {
			return v.unread(err)
		}
		if x == nil {
			v.find(r.Key, "the account has no days to close")
			return nil
		}
		v.sameDue(r, tallyDue(d.Account, *x), true)
	case booking.KindRegister:
		x, err := v.Filing(d.Account)
		if err != nil {
			return v.unread(err)
		}
		own, armed := filingDue(d.Account, x)
		v.sameDue(r, own, armed)
	case booking.KindDeliver:
		return v.deliveryDue(r, d)
	case booking.KindTalk:
		return v.threadDue(r, d)
	case booking.KindAnnounce:
		x, err := v.Announcement(d.Account, d.Ref)
		if err != nil {
			return v.unread(err)
		}
		if x == nil {
			v.find(r.Key, "stands for announcement %q, which is not there", d.Ref)
			return nil
		}
		v.sameDue(r, x.Due(d.Account), true)
	case booking.KindAsk:
		x, err := v.Turn(d.Account, d.Ref)
		if err != nil {
			return v.unread(err)
		}
		if x == nil {
			v.find(r.Key, "stands for turn %q, which is not there", d.Ref)
			return nil
		}
		own, armed := x.Due(d.Account)
		v.sameDue(r, own, armed)
	case booking.KindErase:
		return v.erasureDue(r, d)
	default:
		if d.Kind.String() == booking.Kind(255).String() {
			v.find(r.Key, "kind %d is unknown", d.Kind)
		}
	}
	return nil
}

// sameDue expects a due-key to be the one its record knows of.
func (v *verifier) sameDue(r Row, own booking.Due, armed bool) {
	switch {
	case !armed:
		v.find(r.Key, "its record has nothing due")
	case string(dueKey(own)) != string(r.Key):
		v.find(r.Key, "its record says %s at %s", own.Kind, own.At.UTC().Format(time.RFC3339Nano))
	}
}

func (v *verifier) number(a booking.AccountID, name string, r Row) error {
	n, ok := value[booking.PhoneNumber](v, r)
	if !ok {
		return nil
	}
	if string(n.Number) != name {
		v.find(r.Key, "the value calls itself %q", n.Number)
	}
	def, err := v.DefaultNumber(a)
	if err == nil && n.DefaultOutbound != (def != nil && def.Number == n.Number) {
		v.find(r.Key, "it is the default outbound number by its own row or by the account's, not by both")
	}
	return err
}

func (v *verifier) outbound(a booking.AccountID, name string, r Row) error {
	p, ok := value[booking.Phone](v, r)
	if !ok {
		return nil
	}
	return v.there(accountKey(a, "number", string(p)), r.Key, "the default outbound number")
}

func (v *verifier) booking(a booking.AccountID, name string, r Row) error {
	b, ok := value[booking.Booking](v, r)
	if !ok {
		return nil
	}
	if b.ID != name {
		v.find(r.Key, "the value calls itself %q", b.ID)
		return nil
	}
	if err := v.seated(a, b, r); err != nil {
		return err
	}
	for _, m := range recognised(b) {
		all, err := find[[]booking.Booking](v.g, accountKey(a, "bookedby", m))
		if err != nil {
			return err
		}
		same := func(o booking.Booking) bool { return o.ID == b.ID }
		if all == nil || !slices.ContainsFunc(*all, same) && len(*all) < bookedKept {
			v.find(r.Key, "it is missing among the bookings by which its person is recognised (match %s)", m)
		}
	}
	return nil
}

// holds tells whether the booking has a place in the window.
func holds(b *booking.Booking, scheduler, window string) bool {
	return b != nil && b.Stands() && string(b.Scheduler) == scheduler && b.Window == window
}

// seats checks a row a/<account>/seats/<scheduler>/<window>. Once the window is over, its bookings may change without it.
func (v *verifier) seats(a booking.AccountID, name string, r Row) error {
	s, ok := value[booking.Seats](v, r)
	if !ok || !s.End.After(v.Now) {
		return nil
	}
	scheduler, window, _ := strings.Cut(name, "/")
	for _, id := range s.Bookings {
		b, err := find[booking.Booking](v.g, accountKey(a, "booking", id))
		if err != nil {
			return v.unread(err)
		}
		if !holds(b, scheduler, window) {
			v.find(r.Key, "keeps a place for booking %s, which has none there", id)
		}
	}
	return nil
}

// seated expects a booking to have its place in its window, as long as that is not over.
func (v *verifier) seated(a booking.AccountID, b booking.Booking, r Row) error {
	if !holds(&b, string(b.Scheduler), b.Window) || b.Window == "" || !b.End.After(v.Now) {
		return nil
	}
	s, err := v.Seats(a, b.Scheduler, b.Window)
	if err == nil && !slices.Contains(s.Bookings, b.ID) {
		v.find(r.Key, "it has no place in its window %q", b.Window)
	}
	return v.unread(err)
}

func (v *verifier) external(a booking.AccountID, _ string, r Row) error {
	id, ok := value[string](v, r)
	if !ok {
		return nil
	}
	return v.there(accountKey(a, "booking", id), r.Key, "the booking of this name")
}

func (v *verifier) bookedBy(a booking.AccountID, match string, r Row) error {
	all, ok := value[[]booking.Booking](v, r)
	if !ok {
		return nil
	}
	for _, b := range all {
		own, err := find[booking.Booking](v.g, accountKey(a, "booking", b.ID))
		if err != nil {
			return err
		}
		if own == nil || own.Recognisable() != b {
			v.find(r.Key, "booking %s differs from the one it stands for (match %s)", b.ID, match)
		}
	}
	return nil
}
