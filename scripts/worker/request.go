package worker

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/rebookhq/rebook/scripts/box"
)

// digest names the text of a script or module. The worker keeps texts by it, so that each is sent once.
type digest [sha256.Size]byte

// maxTexts is how many bytes of sources a worker keeps; then it forgets them all.
const maxTexts = 8 << 20

// holding is what the parent knows of the texts a worker keeps.
type holding struct {
	texts map[digest]bool
	bytes int
}

// request is one frame from the parent to the worker.
type request struct {
	id     id
	probe  bool // try to break out instead of running a script; for the self-test
	forget bool // drop all texts before taking those of this request
	call   box.Call
}

// appendRequest writes a whole frame. Texts that the worker holds are not sent again; held is brought up to date. When an
// error is given nothing has changed.
func appendRequest(b []byte, q request, held *holding) ([]byte, error) {
	size := len(q.call.Source) + len(q.call.Ctx) + len(q.call.Script)
	for name, text := range q.call.Modules {
		size += len(name) + len(text)
	}
	for _, a := range q.call.Answers {
		size += len(a.Name) + len(a.Args) + len(a.Result) + len(a.Code) + 20
	}
	if size += 64 * (len(q.call.Modules) + 4); size > maxRequest {
		return b, fmt.Errorf("%w: %d bytes, %d are allowed", ErrTooLarge, size, maxRequest)
	}
	if held.bytes+size > maxTexts {
		*held, q.forget = holding{}, true
	}
	if held.texts == nil {
		held.texts = map[digest]bool{}
	}
	b = begin(b)
	b = append(b, q.id[:]...)
	b = appendFlag(b, q.probe)
	b = appendFlag(b, q.forget)
	b = appendText(b, q.call.Script)
	b = appendText(b, q.call.Entry)
	b = held.appendSource(b, q.call.Source)
	b = appendNumber(b, len(q.call.Modules))
	for _, name := range slices.Sorted(maps.Keys(q.call.Modules)) {
		b = appendText(b, name)
		b = held.appendSource(b, q.call.Modules[name])
	}
	b = appendText(b, q.call.Ctx)
	b = appendNumber(b, len(q.call.Answers))
	for _, a := range q.call.Answers {
		b = appendText(b, a.Name)
		b = appendText(b, a.Args)
		b = appendText(b, a.Result)
		b = appendText(b, a.Code)
	}
	return finish(b), nil
}

func (h *holding) appendSource(b []byte, text string) []byte {
	sum := digest(sha256.Sum256([]byte(text)))
	b = append(b, sum[:]...)
	known := h.texts[sum]
	b = appendFlag(b, !known)
	if known {
		return b
	}
	h.texts[sum] = true
	h.bytes += len(text)
	return appendText(b, text)
}

// decodeRequest reads a request; texts is what the worker keeps.
func decodeRequest(frame []byte, texts map[digest]string) (q request, err error) {
	d := &decoder{rest: frame}
	q.id = d.id()
	q.probe, q.forget = d.flag(), d.flag()
	if q.forget {
		clear(texts)
	}
	q.call.Script = d.text()
	q.call.Entry = box.Entry(d.text())
	q.call.Source = d.source(texts)
	if n := d.count(); n > 0 {
		q.call.Modules = make(map[string]string, min(n, 64))
		for range n {
			name := d.text()
			q.call.Modules[name] = d.source(texts)
		}
	}
	q.call.Ctx = d.raw()
	for range d.count() {
		q.call.Answers = append(q.call.Answers, box.Answer{
			Ask: box.Ask{Name: d.text(), Args: d.raw()}, Result: d.raw(), Code: d.text(),
		})
		if d.bad {
			break
		}
	}
	return q, d.end()
}

// source gives a text that comes along or is kept.
func (d *decoder) source(texts map[digest]string) string {
	var sum digest
	copy(sum[:], d.take(len(sum)))
	if d.flag() {
		text := d.text()
		if !d.bad {
			texts[sum] = text
		}
		return text
	}
	text, ok := texts[sum]
	if !ok {
		d.bad = true
	}
	return text
}
