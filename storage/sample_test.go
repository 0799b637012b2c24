package storage

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// noon is when the samples happen.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test sets.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// memStore opens a small store in memory that goes by c.
func memStore(t testing.TB, c *clock) *Store {
	t.Helper()
	return mustOpen(t, Options{InMemory: true, Small: true, Now: c.now})
}

func mustOpen(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func update(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *Store, fn func(*Snapshot) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// dump gives every key with its raw value.
func dump(t testing.TB, s *Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	view(t, s, func(v *Snapshot) error {
		for from := []byte(nil); ; {
			rows, err := v.g.Scan(nil, from, 100)
			for _, r := range rows {
				all[string(r.Key)] = string(r.Value)
			}
			if err != nil || len(rows) < 100 {
				return err
			}
			from = append(rows[99].Key, 0)
		}
	})
	delete(all, "m/restored") // only a restored store has it: see TestARestoreSaysWhenItWas
	return all
}

// uuid gives the n-th sample ID.
func uuid(n int) string { return fmt.Sprintf("0195a2b0-0000-7000-8000-%012d", n) }

func sampleAccount() booking.Account {
	return booking.Account{
		ID: "acme", Name: "Acme Plumbing", Website: "https://acme.example", OfficePhone: "+13125550100", EmergencyPhone: "+13125550199",
		Timezone: "America/Chicago", SMSFollowUpEnabled: true, Settings: booking.DefaultSettings(), CreatedAt: noon, UpdatedAt: noon,
	}
}

func sampleSession(n int) booking.Session {
	return booking.Session{
		ID: booking.SessionID(uuid(n)), Scheduler: "web", ClientID: fmt.Sprintf("page/%d", n), Status: booking.StatusAbandoned,
		Customer: booking.Customer{
			FirstName: "Ada", LastName: "Miller", Phone: "(312) 555-0142", Email: "Ada@example.com",
			Address: booking.Address{Line1: "1 North Main Street", Line2: "Apt 2", City: "Chicago", State: "IL", PostalCode: "60601"},
		},
		Phone: "+13125550142", Email: "ada@example.com", Service: "drain", Preferred: "tomorrow", Step: "contact",
		PageURL: "https://acme.example/book", Timezone: "America/Chicago", Locale: "en-US",
		Consent: booking.Consent{SMS: true, Text: "Text me", At: noon, Page: "https://acme.example/book", IP: "192.0.2.1", UserAgent: "Test"},
		Fields:  map[string]string{"pets": "two cats"}, ValueCents: 12900,
		StartedAt: noon, SeenAt: noon.Add(time.Minute), AbandonedAt: noon.Add(time.Minute),
		FollowUp: booking.FollowUp{State: booking.FollowUpDue, DueAt: noon.Add(16 * time.Minute)},
		DueKind:  booking.KindFollowUp, DueAt: noon.Add(16 * time.Minute),
	}
}

func sampleAttempt(n int) booking.Attempt {
	return booking.Attempt{
		ID: booking.AttemptID(uuid(n)), Account: "acme", Session: booking.SessionID(uuid(1)), Scheduler: "web", To: "+13125550142", From: "+13125550100",
		MessagingService: "MG1", Body: "Hello", Segments: 1, Template: "follow_up_link", State: booking.AttemptBegun, Epoch: 1,
		ClaimedAt: noon, BegunAt: noon, DueAt: noon.Add(time.Minute),
	}
}

func sampleBooking(n int) booking.Booking {
	return booking.Booking{
		ID: uuid(n), Source: booking.SourceLink, Session: booking.SessionID(uuid(1)), Scheduler: "web", Phone: "+13125550142",
		Email: "ada@example.com", Address: "1 n main st unit 2|60601", Service: "drain", ValueCents: 12900, At: noon,
	}
}

func sampleDelivery(n int) booking.Delivery {
	return booking.Delivery{
		ID: uuid(n), Webhook: uuid(10), Event: booking.NewsAbandoned, Body: []byte(`{"type":"session.abandoned","timestamp":"2026-03-14T12:00:00Z","data":{}}`),
		State: booking.DeliveryPending, Tries: 1, CreatedAt: noon, KeptUntil: noon.Add(booking.DeliveryLife), DueAt: noon.Add(5 * time.Second),
		Attempts: []booking.Try{{At: noon, Status: 500, Answer: "busy", Error: "it answers with 500", Took: booking.Duration(time.Second)}},
	}
}

func sampleAvailability() booking.Availability {
	return booking.Availability{
		Weekly: []booking.WeeklyRule{{Days: []booking.Weekday{"mon", "tue"}, From: 9 * 60, To: 12 * 60, Capacity: 2}},
		Exceptions: []booking.Exception{{Date: "2026-12-24", Closed: true, Note: "Christmas Eve"},
			{Date: "2026-12-26", Windows: []booking.DayWindow{{From: 10 * 60, To: 24 * 60, Capacity: 1}}}},
		Holidays: booking.HolidaysUSFederal, LeadTime: booking.Duration(2 * time.Hour), Horizon: booking.Duration(720 * time.Hour),
	}
}

// sampleSeated is a booking with everything there is: another system's, of another person, with a place in a window.
func sampleSeated(n int) booking.Booking {
	return booking.Booking{
		ID: uuid(n), Source: booking.SourceExternal, Scheduler: "web", Phone: "+13125550177", Email: "eve@example.com", Service: "drain",
		ValueCents: 9900, At: noon, Status: booking.BookingBooked, Window: "2026-03-16-0900-1200", Start: noon.Add(48 * time.Hour),
		End: noon.Add(51 * time.Hour), Customer: booking.Customer{FirstName: "Eve", Phone: "312 555 0177", Email: "Eve@example.com"}, Note: "gate code 7",
		ExternalID: "job-7", Attribution: booking.AttributedAssisted, By: "crm", CreatedAt: noon,
	}
}

// sampleErasure is one that is under way.
func sampleErasure(n int) booking.Erasure {
	return booking.Erasure{ID: uuid(n), Account: "acme", Hash: booking.PersonHash([]byte("sixteen bytes, or more"), "acme", "+13125550144"),
		Phone: "+13125550144", Emails: []string{"gone@example.com"}, By: "acme/k/key1", At: noon, DueAt: noon.Add(15 * time.Second)}
}

// sampleErased names a person who was erased.
var sampleErased = booking.PersonHash([]byte("sixteen bytes, or more"), "acme", "+13125550145")

// fillSample writes at least one row of every family, as a real account would have them.
func fillSample(t testing.TB, s *Store) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		session := sampleSession(1)
		done := sampleSession(2)
		done.Status, done.DueKind, done.DueAt, done.Phone, done.Email = booking.StatusCompleted, 0, time.Time{}, "", ""
		done.CompletedAt = noon.Add(time.Minute)
		done.RepliedAt, done.Trial = noon.Add(time.Minute), booking.Trial{Control: true, Percent: 10, At: noon}
		closed := booking.NewTally()
		closed.Count(&session, time.UTC, noon)
		closed.Count(&done, time.UTC, noon)
		closed.Close()
		done.Lot = booking.Lot{Canary: uuid(15), Script: "follow_up_link", Trial: booking.Trial{Percent: 10, At: noon}, Delivered: true}
		done.Booked = booking.BookedBy{Booking: uuid(5), At: noon, Source: booking.SourceLink, Own: true, Attribution: booking.AttributedBefore, ValueCents: 12900}
		sent := sampleAttempt(4)
		sent.State, sent.DueAt, sent.SID, sent.Status, sent.SettledAt = booking.AttemptSent, time.Time{}, "SM1", "delivered", noon
		answer := sampleAttempt(6)
		answer.Kind, answer.Session, answer.Scheduler, answer.State = booking.AttemptConfirmation, "", "", booking.AttemptClaimed
		answer.BegunAt, answer.ValidUntil = time.Time{}, noon.Add(5*time.Minute)
		steps := []error{
			tx.PutAccount(sampleAccount()),
			tx.PutRegistration("acme", booking.Registration{Status: booking.RegistrationApproved, MessagingService: "MG1", UpdatedAt: noon}),
			tx.PutNumber("acme", booking.PhoneNumber{ID: "PN1", Number: "+13125550100", Label: "office", SMSCapable: true, DefaultOutbound: true}),
			tx.PutFacts("acme", []booking.Fact{{ID: "f1", Text: "A visit costs $49.", Prices: []int{4900}}}),
			tx.PutScheduler("acme", booking.Scheduler{
				ID: "web", Name: "Web", URL: "https://acme.example/book", Origins: []string{"https://acme.example"}, PublishableKey: "pk_web",
				Services:    []booking.Service{{Name: "drain", Keywords: []string{"clog"}, Duration: booking.Duration(time.Hour), PriceNote: "from $99"}},
				ServiceZips: []string{"60601"}, FollowUp: booking.FollowUpSet{Enabled: true, Mode: booking.PrefilledLink, Delay: booking.DefaultDelay}, CreatedAt: noon,
				Availability: sampleAvailability(),
			}),
			tx.PutCredential("pk_web", Credential{Account: "acme", Role: booking.RoleOffice, Scheduler: "web"}),
			tx.PutWindows("acme", "web", []booking.Window{{ID: "w1", Start: noon.Add(24 * time.Hour), End: noon.Add(26 * time.Hour), Capacity: 2, Open: 1, Note: "am", SurchargeCents: 500}}),
			tx.PutAPIKey("acme", Key{ID: "key1", Label: "crm", Role: booking.RoleAdministrator, CreatedAt: noon}, "secret"),
			tx.PutSession("acme", nil, session, 90*24*time.Hour-session.DueAt.Sub(session.SeenAt)), // expires when the golden file says
			tx.PutSession("acme", nil, done, 90*24*time.Hour),
			tx.AddTrace("acme", session, []booking.Finding{{At: noon, Check: booking.CheckHours, Result: booking.Wait, Fact: "03:00", Setting: "09:00", Message: "It is night.", Fix: "Wait.", Until: noon.Add(time.Hour)}}, 90*24*time.Hour),
			tx.PutPerson("acme", booking.Person{Phone: "+13125550142", Started: []booking.Started{{At: noon, Attempt: booking.AttemptID(uuid(4)), Session: booking.SessionID(uuid(1))}}, Bad: &booking.BadPhone{At: noon, Code: 30006}, Inbound: noon}),
			tx.PutOptOut("acme", booking.OptOut{Phone: "+13125550143", Source: "text", Text: "STOP", At: noon}),
			tx.PutAttempt(nil, sampleAttempt(3)),
			tx.PutAttempt(nil, sent),
			tx.PutBooking("acme", sampleBooking(5)),
			tx.PutBooking("acme", sampleSeated(6)),
			tx.PutSeats("acme", "web", "2026-03-16-0900-1200", booking.Seats{Start: noon.Add(48 * time.Hour), End: noon.Add(51 * time.Hour), Bookings: []string{uuid(6)}}),
			tx.PutExternalBooking("acme", "id job-7", sampleSeated(6)),
			tx.PutInbound("acme", booking.Inbound{SID: "SM2", From: "+13125550142", To: "+13125550100", Body: "yes", Media: []string{"https://media.example/1"}, At: noon}),
			tx.PutInbound("acme", booking.Inbound{SID: "MM3", From: "+13125550142", To: "+13125550100", Media: []string{"https://media.example/2"}, Types: []string{"image/png"}, OptOut: booking.KeywordStop, At: noon}),
			tx.PutPerson("acme", booking.Person{Phone: "+13125550144", Unreached: 1, Blocked: 1, HelpedAt: noon,
				Lots: []booking.Lot{{Canary: uuid(15), Script: "follow_up_link", Trial: booking.Trial{Percent: 10, At: noon}}}}),
			tx.PutReport("acme", booking.StatusUpdate{SID: "SM9", Status: "delivered"}),
			tx.PutCarrier("acme", booking.CarrierState{Halts: []booking.Halt{{Number: "+13125550100", Code: 30034, Meaning: "Not in the campaign.", Fix: "Add it.",
				Since: noon, Until: noon.Add(time.Hour), Later: true}}, Filtered: []time.Time{noon}}),
			tx.PutMissed("acme", Missed{Since: noon.Add(-time.Hour), DueAt: noon, Ref: uuid(10)}),
			tx.PutLookout("acme", Lookout{Since: noon.Add(-time.Minute), Heard: noon.Add(-time.Hour), DueAt: noon, Ref: uuid(15), Last: true}),
			tx.PutAttempt(nil, answer),
			tx.PutOnce("acme", "idem", Once{Request: "digest", Result: []byte(`{"session":"x"}`)}),
			tx.PutPoison("acme", Poison{Kind: booking.KindFollowUp, Ref: uuid(9), Error: "boom", At: noon}),
			tx.PutAlarm("acme", Alarm{Code: "carrier", Ref: "30032", Message: "The number is not verified.", Fix: "Verify it.", Since: noon}),
			tx.PutWebhooks("acme", []booking.Webhook{{
				ID: uuid(10), URL: "https://crm.example/rebook", Description: "CRM", Events: []booking.NewsKind{booking.NewsAbandoned, booking.NewsBooked},
				Enabled: true, Secret: "whsec_bmV3", OldSecret: "whsec_b2xk", OldUntil: noon.Add(time.Hour), CreatedAt: noon, UpdatedAt: noon,
			}}),
			tx.PutWebhookTrouble("acme", booking.WebhookTrouble{Webhook: uuid(10), Since: noon, Error: "no answer"}),
			tx.PutDelivery("acme", nil, sampleDelivery(11)),
			tx.PutAnnouncement("acme", booking.Announcement{ID: uuid(13), Event: booking.NewsBooked, Body: []byte(`{"type":"booking.created"}`), Webhooks: []string{uuid(10)}, At: noon}),
			tx.PutLink("token", Link{Account: "acme", Session: booking.SessionID(uuid(1))}),
			tx.PutMark(Shard("acme"), noon),
			tx.PutTally("acme", "2026-03-01", closed),
			tx.PutFiling("acme", sampleFiling()),
			tx.PutUser("acme", nil, User{ID: uuid(11), Email: "ada@acme.example", Name: "Ada", Role: booking.RoleManager, Password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", CreatedAt: noon, UpdatedAt: noon, SignedIn: noon}),
			tx.PutLogin("cookie", Login{Account: "acme", User: uuid(11), Begun: noon, SeenAt: noon, Password: "digest", Expires: noon.Add(time.Hour)}),
			tx.PutAudit("acme", Audit{ID: uuid(12), At: noon, Who: Actor{Kind: "user", ID: uuid(11), Name: "ada@acme.example", Role: booking.RoleManager, IP: "192.0.2.1"}, Action: "PUT /v1/account", Changes: []Changed{{Kind: "account", Before: []byte(`{"name":"Acme"}`), After: []byte(`{"name":"Acme Inc"}`)}}}),
			tx.PutSalt([]byte("sixteen bytes, or more")),
			tx.AddConsent("acme", booking.ConsentRecord{Phone: "+13125550142", At: noon, Kind: booking.ConsentGranted, Source: booking.SourceOfPage, Text: "Text me",
				Version: booking.WordingVersion("Text me"), Session: booking.SessionID(uuid(1)), Page: "https://acme.example/book", IP: "192.0.2.1", UserAgent: "Test"}),
			tx.AddConsent("acme", booking.ConsentRecord{Phone: "+13125550143", At: noon, Kind: booking.ConsentRevoked, Source: "text", Text: "STOP"}),
			tx.PutErasure(nil, sampleErasure(12)),
			tx.PutErasure(nil, booking.Erasure{ID: uuid(13), Account: "acme", Hash: sampleErased, By: "acme/k/key1", At: noon, DoneAt: noon.Add(time.Second)}),
			tx.PutErased("acme", sampleErased, booking.Erased{Erasure: uuid(13), At: noon, OptedOut: noon, Unticked: noon,
				Bad: &booking.BadPhone{At: noon, Code: 30006}, Started: []time.Time{noon}}),
			tx.PutTallied("acme", nil, booking.Tallied{Day: "2026-03-01", Until: noon, Ref: uuid(10), DueAt: noon.Add(time.Hour)}),
			tx.PutScriptVersion("acme", booking.ScriptVersion{Script: "follow_up_link", Version: 3, ID: uuid(6), Kind: booking.ScriptTemplate,
				Source: "function render(ctx)\n\treturn ctx.link\nend\n", SHA256: "e1e93dc70b8efed85e2a0fcbf5d5d6f93b3b4e02d8ea1ee2b8fd84e4e0d0f4c9", Author: "office", Note: "shorter", At: noon}),
			tx.PutScript("acme", booking.Script{Name: "follow_up_link", Active: 3, Latest: 3, Good: 0, Versions: []int{3},
				Faults: []booking.ScriptFault{{ID: uuid(7), At: noon}}, ChangedAt: noon, ActiveFrom: noon,
				Overrides: []booking.ScriptOverride{{Version: 3, Reason: "the old one is worse", By: "office", Failed: []string{"asks for a person"}, At: noon}}}),
			tx.PutScriptTest("acme", booking.ScriptTest{ID: uuid(15), Name: "asks for a person", Mode: booking.AIAgent, Document: []byte(`{"name":"asks for a person"}`),
				Script: "agent", From: "thread", Author: "office", CreatedAt: noon, UpdatedAt: noon}),
			tx.PutTestRun("acme", booking.TestRun{At: noon, By: "office", Scripts: []string{"agent@3"}, Played: 9, Failed: 1, Tests: []string{uuid(15)},
				Failures: []booking.FailedTest{{ID: uuid(15), Name: "asks for a person", Script: "agent@3", Outcome: "silent", Failures: []string{"outcome silent, want handed_off"},
					Said: []booking.Spoken{{From: "customer", Text: "a person please"}}, Before: []booking.Spoken{{From: "agent", Text: "At once."}}, PartsAt: 1}}}),
			tx.PutCanary("acme", booking.Canary{ID: uuid(16), Script: "follow_up_link", Stable: 3, Version: 0, Percent: 10, Salt: "SALT", State: booking.CanaryReturned,
				By: "office", Note: "shorter", StartedAt: noon, EndedAt: noon.Add(time.Hour), Reason: "It failed.", Faults: []booking.ScriptFault{{ID: uuid(7), At: noon}},
				InARow: 1, Counted: []string{uuid(7)}, Failed: booking.CanaryFaults{Stable: 1, Canary: 2}}),
			tx.PutCanaryTallyPart("acme", uuid(16), uuid(2), booking.CanaryTally{Canary: booking.CanaryFigures{Persons: 1, Sent: 1, Delivered: 1, Clicked: 1, Replied: 1, Booked: 1, OptedOut: 1},
				Left: map[int]booking.LeftCanary{10: {Canary: 1}}}),
			tx.PutTurn("acme", nil, booking.Turn{ID: uuid(8), Session: booking.SessionID(uuid(1)), Event: "start", Entry: "reply",
				Script: booking.ScriptPin{Name: "agent", SHA256: "00"}, Modules: []booking.ScriptPin{{Name: "words", Version: 1, SHA256: "01"}},
				Ctx: []byte(`{"now":"2026-03-14T12:00:00Z"}`), Token: "TOKEN", Answers: []booking.TurnAnswer{{TurnAsk: booking.TurnAsk{Name: "windows", Args: []byte(`{"days":3}`)}, Result: []byte(`[]`)}},
				Pending: &booking.TurnAsk{Name: "book", Args: []byte(`{"window":"w1"}`)}, Began: noon, DueAt: noon.Add(time.Second), Deadline: noon.Add(time.Minute)}),
			tx.PutTurn("acme", nil, booking.Turn{ID: uuid(12), Thread: "+13125550142", Upto: uuid(13), Event: "text", Entry: "reply",
				Script: booking.ScriptPin{Name: "agent", SHA256: "00"}, Ctx: []byte(`{}`), Token: "TOKEN2", Began: noon, Deadline: noon.Add(time.Minute),
				Done: []booking.Done{{Did: booking.DidBook, Start: noon.Add(24 * time.Hour), End: noon.Add(26 * time.Hour)}}}),
			tx.PutThreadMessage("acme", "+13125550142", booking.ThreadMessage{ID: uuid(13), From: "+13125550142", To: "+13125550100", Body: "tmrw after 3?",
				Author: booking.AuthorCustomer, At: noon, Media: 1, MediaTypes: []string{"image/png"}, SID: "SM2"}, 90*24*time.Hour),
			tx.PutThreadMessage("acme", "+13125550142", booking.ThreadMessage{ID: uuid(14), From: "+13125550100", To: "+13125550142", Body: "Thu 8-10?",
				Author: booking.AuthorAgent, By: "agent@1", At: noon, Offered: []string{"w1"}, Attempt: booking.AttemptID(uuid(4))}, 90*24*time.Hour),
		}
		for i, err := range steps {
			if err != nil {
				return fmt.Errorf("step %d: %w", i, err)
			}
		}
		_, err := tx.NextEpoch()
		return err
	})
	update(t, s, func(tx *Tx) error {
		v, held := sampleReplay(15)
		same := booking.ReplayItem{N: 1, Session: booking.SessionID(uuid(2)), Before: booking.ReplayOutcome{Check: booking.CheckConsent}, After: booking.ReplayOutcome{Check: booking.CheckConsent}}
		waits := booking.Thread{Phone: "+13125550143", Owner: booking.OwnerHuman, State: booking.ThreadHandedOff, By: "office", Reason: booking.EmergencyReason(booking.EmergencyGas, "smell"),
			Unread: 1, BeganAt: noon, LastAt: noon, InboundAt: noon, Alerts: 1, AlertAt: noon}
		err := tx.PutThread("acme", nil, booking.Thread{Phone: "+13125550142", Number: "+13125550100", Session: booking.SessionID(uuid(1)), Scheduler: "web",
			Mode: booking.AIAgent, Owner: booking.OwnerAgent, State: booking.ThreadOpen, By: "office", Reason: "asked for a person", Note: "prefers mornings",
			Memory: []byte(`{"day":"thu"}`), Lang: "es", Unread: 1, AgentTexts: 2, ModelCalls: 1, BeganAt: noon, LastAt: noon, InboundAt: noon, HumanAt: noon,
			SafetyAt: noon, AlertAt: noon, Last: uuid(13), Answered: uuid(11), Turn: uuid(12), DueAt: noon.Add(8 * time.Second)}, 90*24*time.Hour)
		return errors.Join(err, tx.PutThread("acme", nil, waits, 90*24*time.Hour), tx.PutReplay("acme", v), tx.PutReplayItem("acme", v, held), tx.PutReplayItem("acme", v, same))
	})
	if err := s.Healthy(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// sampleReplay is a replay with the one session in which its sides differ.
func sampleReplay(n int) (booking.Replay, booking.ReplayItem) {
	held := booking.ReplayItem{N: 1, Differs: booking.ReplayWithheld, Session: booking.SessionID(uuid(1)), Scheduler: "web", Phone: "+13125550142", Name: "Ada Miller",
		LeftAt: noon, Before: booking.ReplayOutcome{Texted: true, At: noon, Body: "Hello", Segments: 1, Script: "follow_up_link@3"},
		After: booking.ReplayOutcome{At: noon, Check: booking.CheckTooLate, Cause: booking.CheckHours, Trail: []booking.Finding{{At: noon, Check: booking.CheckHours,
			Result: booking.Wait, Message: "It is night.", Until: noon.Add(time.Hour)}}},
		Real: &booking.ReplayOutcome{State: "sent", Texted: true, At: noon, Body: "Hello", Segments: 1, Script: "follow_up_link@3"}, Turn: 1, Heard: "tomorrow?"}
	v := booking.Replay{ID: uuid(n), From: noon.Add(-time.Hour), To: noon, Scheduler: "web", By: "office", State: booking.ReplayDone, BeganAt: noon, EndedAt: noon,
		Changes: []booking.ReplayChange{{What: "follow_up.delay", Was: "15m", Is: "5m"}}, Fault: "none", Total: 2, Done: 2, NeverLeft: 1, Strays: 1,
		Notes: []string{"a note"}, Threads: booking.ReplayedThread{Played: 1, Model: 1, Failed: 1}, Kept: [2]int{0, 1}}
	v.Count(held, booking.DefaultSMSPrice(), booking.DefaultSMSPrice())
	return v, held
}

// sampleFiling is a registration with every field.
func sampleFiling() booking.Filing {
	yes := true
	b := booking.Business{EIN: "31-1234567", LegalName: "Acme LLC", BusinessType: "Limited Liability Corporation", Industry: "CONSTRUCTION",
		CompanyType: "public", StockExchange: "NYSE", StockTicker: "ACME", Website: "https://acme.example",
		Address:        booking.Address{Line1: "1 Main St", City: "Chicago", State: "IL", PostalCode: "60601"},
		Representative: booking.Representative{FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example", Phone: "+13125550199", Title: "Owner", Position: "CEO"},
		BrandType:      booking.BrandLowVolume, UseCase: "LOW_VOLUME", Description: "What is sent.", MessageFlow: "How they agree.", Samples: []string{"One", "Two"},
		PrivacyURL: "https://acme.example/privacy", TermsURL: "https://acme.example/terms", SupportEmail: "help@acme.example", SupportPhone: "+13125550100",
		HasEmbeddedLinks: &yes, HasEmbeddedPhone: &yes}
	return booking.Filing{Status: booking.RegistrationApproved, Draft: b, Submitted: &b, SubmittedAt: noon, DecidedAt: noon,
		Rejections: []booking.Rejection{{Code: "30795", Field: "legal_name", Reason: "It does not match.", Fix: "Mend it."}}, Adopted: true, Campaign: "LOW_VOLUME",
		Tag: "rebook-acme", Objects: map[booking.Step]string{booking.StepBrand: "BN1"}, Done: []booking.Step{booking.StepBrand}, Numbers: []string{"PN1"}, Updates: 1,
		Begun: &booking.BegunStep{Step: booking.StepCampaignReview, At: noon, Asked: 1}, Since: noon, Tries: 1,
		Hold: &booking.Hold{Code: "registration_held", Message: "Waits.", Fix: "Mend it."}, Note: "the review", Rev: 9, Ref: uuid(13), DueAt: noon.Add(2 * time.Hour)}
}
