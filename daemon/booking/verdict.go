package booking

import "time"

// Check names one gate on the way to a text. Part of the API and stored: never rename.
type Check string

// The checks, in the order in which they are made.
const (
	CheckAccountEnabled   Check = "account_enabled"
	CheckSchedulerEnabled Check = "scheduler_enabled"
	CheckRegistration     Check = "registration"
	CheckPhoneNumber      Check = "phone_number"
	CheckConsent          Check = "consent"
	CheckOptedOut         Check = "opted_out"
	CheckCompleted        Check = "completed"
	CheckBookedElsewhere  Check = "booked_elsewhere"
	CheckHandled          Check = "handled"
	CheckDuplicate        Check = "duplicate"
	CheckFrequency        Check = "frequency"
	CheckTooLate          Check = "too_late"
	CheckHours            Check = "hours"
	CheckThreadOwner      Check = "thread_owner"
	CheckLandline         Check = "landline"
	CheckHoldout          Check = "holdout"
	CheckScriptError      Check = "script_error"
	CheckCarrier          Check = "carrier"
	CheckFirewall         Check = "firewall" // an agent's text said what nothing supports; it withholds no follow-up
)

// Checks lists every check that can withhold a text, in order.
var Checks = append(checks[:len(checks):len(checks)], CheckScriptError)

// Result is what a check said. Stored: never rename.
type Result string

// The results of a check.
const (
	Pass Result = "pass"
	Wait Result = "wait"
	Stop Result = "stop"
)

// Finding is one line of a trace: what was checked, what was found, which setting ruled, and what would change it.
type Finding struct {
	At      time.Time `json:"at"`
	Check   Check     `json:"check"`
	Result  Result    `json:"result"`
	Fact    string    `json:"fact,omitempty"`
	Setting string    `json:"setting,omitempty"`
	Message string    `json:"message"`
	Fix     string    `json:"fix,omitempty"`
	Until   time.Time `json:"until,omitzero"` // Wait only: when it may pass
}

// Verdict is what [Decide] concludes: the first stop wins, else the latest wait, else pass (send).
type Verdict struct {
	Result Result
	Check  Check     // the check that ruled; empty on Pass
	At     time.Time // Wait: when to look again
	Trail  []Finding // every check made, in order
}

// Facts is everything a decision may rest on, gathered in one read.
type Facts struct {
	Account      Account
	Scheduler    *Scheduler // nil: deleted
	Registration Registration
	Number       *PhoneNumber // the number the text would go out from; nil: none
	Session      Session
	Person       Person
	OptOut       *OptOut   // nil: not opted out
	Bookings     []Booking // of the same person by phone, e-mail or address
	Rivals       []Rival   // other sessions of the same phone
	RivalsCut    bool      // there are more of them than can be looked at
	Line         LineType  // what is known of the customer's line
	ThreadOwner  string    // "" or "agent": ours; "human": a person has the thread
	Carrier      CarrierState
}

// Rival is another session of the same person, as far as the duplicate check needs it.
type Rival struct {
	Session     SessionID
	SeenAt      time.Time
	AbandonedAt time.Time // zero: still open
	State       FollowUpState
	DueAt       time.Time // of its text
	WithheldBy  Check
	Qualifies   bool // its scheduler sends texts, it has consent and was neither completed nor handled
}
