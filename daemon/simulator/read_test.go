package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"
)

// readAll reads a file's bytes; records are those before the first damage.
func readAll(file []byte) (records []record, sound int64, err error) {
	sound, err = read(bytes.NewReader(file), func(r record) { records = append(records, r) })
	return records, sound, err
}

// FuzzRead: whatever the bytes, reading ends, cuts nothing sound, and gives the same once the torn end is off.
func FuzzRead(f *testing.F) {
	file, lines := written(f, 3)
	f.Add([]byte{})
	f.Add(file)
	f.Add(file[:lines[3]+10])
	f.Add(append(bytes.Clone(file), 0, 0, 0, '\n', '{', '}', '\n'))
	f.Add(appendLine(bytes.Clone(file[:lines[1]]), 1<<40, []byte(`{}`)))
	f.Add(appendLine(bytes.Clone(file[:lines[1]]), 0, []byte(`{"message":null,"change":{}}`)))
	f.Fuzz(func(t *testing.T, file []byte) {
		records, sound, err := readAll(file)
		if err != nil {
			return
		}
		if sound < 0 || sound > int64(len(file)) {
			t.Fatalf("sound = %d of %d bytes", sound, len(file))
		}
		again, soundAgain, err := readAll(file[:sound])
		if err != nil || soundAgain != sound || !reflect.DeepEqual(again, records) {
			t.Fatalf("after cutting at %d: %d records, sound %d, error %v; want the same %d", sound, len(again), soundAgain, err, len(records))
		}
		b := newBook()
		for _, r := range records {
			b.replay(r)
		}
		b.arrive()
	})
}

// FuzzDamage: one changed byte never changes what a record says. It is reported, or costs the end of the file.
func FuzzDamage(f *testing.F) {
	file, lines := written(f, 3)
	want, _, err := readAll(file)
	if err != nil {
		f.Fatal(err)
	}
	for _, at := range []int{0, 6, 20, lines[1], lines[2] - 1, lines[3] - 1, lines[3] + 9, len(file) - 1} {
		f.Add(at, byte(1))
	}
	f.Fuzz(func(t *testing.T, at int, with byte) {
		if at < 0 || at >= len(file) || with == 0 {
			return
		}
		damaged := bytes.Clone(file)
		damaged[at] ^= with
		got, _, err := readAll(damaged)
		if len(got) == len(want) && reflect.DeepEqual(got, want) {
			t.Skip("the change of case of a hexadecimal digit says the same")
		}
		if len(got) >= len(want) || len(got) > 0 && !reflect.DeepEqual(got, want[:len(got)]) {
			t.Fatalf("byte %d: read %+v", at, got)
		}
		if err == nil && at < lines[3] {
			t.Fatalf("byte %d of an acknowledged line is damaged and nobody is told", at)
		}
		if at >= lines[1] && err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d: error = %v, want ErrDamaged", at, err)
		}
	})
}

// The shape of a line is stored: files of today must be readable for ever.
func TestTheShapeOfALineIsFixed(t *testing.T) {
	m := Message{SID: "SM0123456789abcdef0123456789abcdef", Direction: Outbound, From: "+16145550123", To: "+16145550142",
		MessagingService: "MG1", Body: "hello", Media: []string{"https://example.com/1.jpg"}, Status: "accepted", ErrorCode: 1,
		Attempt: "a1", Account: "brightwater", Automatic: true, At: time.Date(2026, 3, 10, 14, 0, 0, 5e8, time.UTC)}
	file := appendLine(nil, 0, mustJSON(record{Format: &format{formatName, formatVersion}}))
	file = appendLine(file, 93, mustJSON(record{Message: &m, End: change{Status: "failed", ErrorCode: 30001}}))
	file = appendLine(file, 93, mustJSON(record{Change: &change{m.SID, "failed", 30001}}))
	const want = `{"c":"c0414389","s":0,"r":{"format":{"name":"rebook-simulator","version":1}}}
{"c":"4da61535","s":93,"r":{"message":{"sid":"SM0123456789abcdef0123456789abcdef","direction":"outbound","from":"+16145550123","to":"+16145550142","messaging_service":"MG1","body":"hello","media":["https://example.com/1.jpg"],"status":"accepted","error_code":1,"attempt":"a1","account":"brightwater","automatic":true,"at":"2026-03-10T14:00:00.5Z"},"end":{"status":"failed","error_code":30001}}}
{"c":"fd7ffcd2","s":93,"r":{"change":{"sid":"SM0123456789abcdef0123456789abcdef","status":"failed","error_code":30001}}}
`
	if string(file) != want {
		t.Errorf("file =\n%s\nwant\n%s", file, want)
	}
}

func mustJSON(v any) []byte { return must(json.Marshal(v)) }
