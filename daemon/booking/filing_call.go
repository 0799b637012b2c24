package booking

import "time"

// Verb is what a step does to its object.
type Verb string

// The verbs.
const (
	VerbCreate Verb = "create" // makes something: never repeated before the carrier was asked whether it is there
	VerbUpdate Verb = "update" // sets something to what it may be already: may be repeated
	VerbRead   Verb = "read"   // changes nothing
)

// Call is one call to be made, with everything it needs.
type Call struct {
	Account  AccountID
	Step     Step
	Verb     Verb
	Paid     bool // it costs money
	Tag      string
	SID      string // of the object, when it is there
	Objects  map[Step]string
	Business Business
	Number   string    // the carrier's name of the number that is to be assigned
	Begun    time.Time // when an earlier try of this call was written down; zero: there was none
	Since    time.Time // waited for since; zero: this is the first look
}

// Filed is what the carrier answered to a call.
type Filed struct {
	SID     string
	Verdict FilingVerdict
	Why     []CarrierFault // of a refusal
	Wait    time.Duration  // ask again after this; 0: by [PollAfter]
	Note    string         // what is waited for, for people
	Direct  bool           // of StepPrimary: the profile found is the business's own, so no second one is made
	Numbers []CarrierNumber
	Codes   []string // of StepUseCases
}

// FilingVerdict is what a call found out.
type FilingVerdict string

// The verdicts.
const (
	FilingDone     FilingVerdict = ""         // go on
	FilingPending  FilingVerdict = "pending"  // not decided yet
	FilingRejected FilingVerdict = "rejected" // no
	FilingMissing  FilingVerdict = "missing"  // the carrier lacks something that only a person can bring: Why says what
)

// CarrierFault is one reason of the carrier's.
type CarrierFault struct {
	Code   int
	Fields []string // as the carrier names them
	Text   string
}

// CarrierNumber is a number that the carrier has for us.
type CarrierNumber struct {
	SID      string
	Number   Phone
	Label    string
	SMS      bool
	Service  string // the messaging service it is in
	TollFree string // where its toll-free verification stands: "", approved, in_review, rejected
}

// Standing is what the carrier has behind a messaging service.
type Standing struct {
	Service  string
	Brand    string
	Campaign string // its name
	UseCase  string
	Verdict  FilingVerdict
	Why      []CarrierFault
	Numbers  []CarrierNumber
	Sender   string // "campaign" or "toll_free"; empty: there is neither
}
