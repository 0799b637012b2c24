package worker

import (
	"bufio"
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/scripts/box"
)

var wholeCall = box.Call{
	Script: "agent", Source: "function reply(ctx) end", Entry: box.EntryReply, Ctx: []byte(`{"a":1}`),
	Modules: map[string]string{"words": "return {}", "hours": "return 1"},
	Answers: []box.Answer{
		{Ask: box.Ask{Name: "windows", Args: []byte(`{"days":3}`)}, Result: []byte(`[]`)},
		{Ask: box.Ask{Name: "book"}, Code: "window_full"},
	},
}

var wholeResults = []box.Result{
	{Text: "Hi", Defines: box.Defines{Render: true}, Used: box.Used{Instructions: 162, CPUMicros: 40, BuiltBytes: 900}},
	{Proposal: []byte(`{"say":"Hi"}`), Defines: box.Defines{Reply: true}},
	{Ask: &box.Ask{Name: "book", Args: []byte(`{"window":"w1"}`)}},
	{Err: &box.Error{Script: "agent", Line: 3, Message: "m", Source: "s", Limit: "cpu", Hint: "h"}},
	{},
}

func TestACallSurvivesTheJourney(t *testing.T) {
	held, texts := &holding{}, map[digest]string{}
	var first int
	for n := range 2 {
		q := request{id: newID(), call: wholeCall}
		frame, err := appendRequest(nil, q, held)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeRequest(frame[4:], texts)
		if err != nil || !reflect.DeepEqual(got, q) {
			t.Fatalf("got  %+v, %v\nwant %+v", got, err, q)
		}
		if n == 0 {
			first = len(frame)
		} else if len(frame) >= first {
			t.Errorf("the second frame has %d bytes, the first %d: the texts were sent again", len(frame), first)
		}
	}
}

func TestAWorkerForgetsSourcesBeforeTheyAreTooMany(t *testing.T) {
	held, texts := &holding{}, map[digest]string{}
	kept := 0
	for n := range 2 * maxTexts >> 20 {
		q := request{call: echo(strings.Repeat(string(rune('a'+n)), 1<<20))}
		frame, err := appendRequest(nil, q, held)
		if err != nil {
			t.Fatal(err)
		}
		if q, err = decodeRequest(frame[4:], texts); err != nil || len(q.call.Source) != 1<<20 {
			t.Fatalf("source %d: %d bytes, %v", n, len(q.call.Source), err)
		}
		kept = max(kept, len(texts))
	}
	if most := maxTexts >> 20; kept > most || kept < most/2 {
		t.Errorf("it kept %d sources of 1 MiB; want at most %d", kept, most)
	}
}

func TestAResultSurvivesTheJourney(t *testing.T) {
	for _, want := range wholeResults {
		to := newID()
		id, got, err := decodeResponse(appendResponse(nil, to, want)[4:])
		if err != nil || id != to || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
		}
	}
}

func TestOnlyHonestResultsPassTheJudge(t *testing.T) {
	ask := &box.Ask{Name: "book", Args: []byte(`{}`)}
	for _, c := range []struct {
		entry box.Entry
		r     box.Result
		fit   bool
	}{
		{box.EntryRender, box.Result{Text: "a"}, true},
		{box.EntryRender, box.Result{Err: &box.Error{Message: "m"}}, true},
		{box.EntryRender, box.Result{Err: &box.Error{}}, false},
		{box.EntryRender, box.Result{Text: "\xc3"}, false},
		{box.EntryRender, box.Result{Text: strings.Repeat("a", box.MaxText)}, true},
		{box.EntryRender, box.Result{Text: strings.Repeat("a", box.MaxText+1)}, false},
		{box.EntryRender, box.Result{}, false},
		{box.EntryRender, box.Result{Proposal: []byte(`{}`)}, false},
		{box.EntryRender, box.Result{Ask: ask}, false},
		{box.EntryReply, box.Result{Proposal: []byte(`{}`)}, true},
		{box.EntryReply, box.Result{Proposal: []byte(`{`)}, false},
		{box.EntryReply, box.Result{Proposal: []byte(`"x"`)}, false},
		{box.EntryReply, box.Result{Proposal: []byte("{\"a\":\"\xff\"}")}, false},
		{box.EntryReply, box.Result{Proposal: []byte(`{}`), Ask: ask}, false},
		{box.EntryReply, box.Result{Ask: ask}, true},
		{box.EntryReply, box.Result{Ask: &box.Ask{Name: "book"}}, true},
		{box.EntryReply, box.Result{Ask: &box.Ask{}}, false},
		{box.EntryReply, box.Result{Ask: &box.Ask{Name: "a\nb"}}, false},
		{box.EntryReply, box.Result{Ask: &box.Ask{Name: "book", Args: []byte(`1`)}}, false},
		{box.EntryReply, box.Result{Text: "a"}, false},
		{box.EntryReply, box.Result{}, false},
		{box.EntryReply, box.Result{Err: &box.Error{Message: strings.Repeat("x", maxNote+1)}}, false},
		{box.EntryNone, box.Result{}, true},
		{box.EntryNone, box.Result{Text: "a"}, false},
		{box.EntryNone, box.Result{Err: &box.Error{Message: "m"}}, true},
	} {
		if err := judge(c.entry, c.r); (err == nil) != c.fit {
			t.Errorf("%q with %+v: %v; fit should be %v", c.entry, c.r, err, c.fit)
		}
	}
}

// A damaged request is refused or understood, never more.
func FuzzRequest(f *testing.F) {
	frame, err := appendRequest(nil, request{id: newID(), call: wholeCall}, &holding{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frame[4:])
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := decodeRequest(b, map[digest]string{})
		if err != nil {
			return
		}
		q.forget = false // the sender's own decision
		frame, err := appendRequest(nil, q, &holding{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeRequest(frame[4:], map[digest]string{})
		if err != nil || !reflect.DeepEqual(q, again) {
			t.Fatalf("read  %+v\nagain %+v, %v", q, again, err)
		}
	})
}

// A response comes from a process that may be in a script's hands.
func FuzzResponse(f *testing.F) {
	for _, r := range wholeResults {
		f.Add(appendResponse(nil, newID(), r)[4:], "reply")
	}
	f.Fuzz(func(t *testing.T, b []byte, entry string) {
		to, r, err := decodeResponse(b)
		if err != nil || judge(box.Entry(entry), r) != nil {
			return
		}
		id, again, err := decodeResponse(appendResponse(nil, to, r)[4:])
		if err != nil || id != to || !reflect.DeepEqual(r, again) {
			t.Fatalf("read  %+v\nagain %+v, %v", r, again, err)
		}
	})
}

func FuzzHello(f *testing.F) {
	f.Add(appendHello(nil, []Wall{{Name: "a", Up: true, Detail: "b"}}, errFrame)[4:])
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHello(b)
		if err == nil && len(h.walls) > len(b) {
			t.Fatalf("%d walls in %d bytes", len(h.walls), len(b))
		}
	})
}

// Whatever comes in, a worker answers whole frames only, one for each whole request, and ends.
func FuzzServe(f *testing.F) {
	frame, err := appendRequest(nil, request{id: newID(), call: wholeCall}, &holding{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frame)
	f.Add(append(bytes.Clone(frame), frame...))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		ran := 0
		err := serve(bytes.NewReader(b), &out, func(c box.Call) box.Result {
			ran++
			return box.Result{Text: c.Source}
		})
		r := bufio.NewReader(&out)
		for n := range ran {
			frame, ferr := readFrame(r, nil, maxResponse)
			if ferr != nil {
				t.Fatalf("response %d: %v (serve: %v)", n, ferr, err)
			}
			if _, _, derr := decodeResponse(frame); derr != nil {
				t.Fatalf("response %d: %v", n, derr)
			}
		}
		if _, ferr := readFrame(r, nil, maxResponse); ferr == nil {
			t.Fatal("a response too many")
		}
	})
}
