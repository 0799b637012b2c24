package worker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A frame is four bytes of length, big end first, and that many bytes. Inside, a text is its length as a varint and its
// bytes. Both sides decode frames of a process they do not trust to be whole.

// The largest frames, in bytes. A source is at most 64 KB and a text 16 KB, so both are far above what honest calls need.
const (
	maxRequest  = 4 << 20
	maxResponse = 1 << 20
)

// errFrame is a frame that is cut off, too long, or says something else than it should.
var errFrame = errors.New("a damaged frame")

// id ties a response to its request. It is random, so that bytes a script smuggled out cannot be taken for the response to
// a later call.
type id [16]byte

// begin leaves room for the length of a frame; finish fills it in.
func begin(b []byte) []byte { return append(b[:0], 0, 0, 0, 0) }

func finish(b []byte) []byte {
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// readFrame reads one frame into buf, which grows when it must, and gives what is inside. It is good until buf is used
// again. The error is io.EOF only between two frames.
func readFrame(r *bufio.Reader, buf []byte, most int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:1]); err != nil {
		return buf, err
	}
	if _, err := io.ReadFull(r, head[1:]); err != nil {
		return buf, cutOff(err)
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > uint32(most) {
		return buf, fmt.Errorf("%w: %d bytes are announced, %d are allowed", errFrame, size, most)
	}
	if int(size) > cap(buf) {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	if _, err := io.ReadFull(r, buf); err != nil {
		return buf, cutOff(err)
	}
	return buf, nil
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut off", errFrame)
	}
	return err
}

func appendText[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendNumber(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(max(n, 0))) }

func appendFlag(b []byte, flag bool) []byte {
	if flag {
		return append(b, 1)
	}
	return append(b, 0)
}

// decoder takes a frame apart. After the first fault everything it gives is empty, and bad is set.
type decoder struct {
	rest []byte
	bad  bool
}

// take gives the next n bytes of the frame itself.
func (d *decoder) take(n int) []byte {
	if d.bad || n < 0 || n > len(d.rest) {
		d.bad = true
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) number() int {
	n, size := binary.Uvarint(d.rest)
	if d.bad || size <= 0 || n > math.MaxInt32 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return int(n)
}

// count is a number of items that are still to come; each takes at least one byte.
func (d *decoder) count() int {
	n := d.number()
	if n > len(d.rest) {
		d.bad = true
		return 0
	}
	return n
}

func (d *decoder) flag() bool {
	b := d.take(1)
	if b == nil || b[0] > 1 {
		d.bad = true
		return false
	}
	return b[0] == 1
}

func (d *decoder) text() string { return string(d.take(d.number())) }

// raw gives a copy of the bytes, nil when there are none.
func (d *decoder) raw() []byte {
	b := d.take(d.number())
	if len(b) == 0 {
		return nil
	}
	return append([]byte(nil), b...)
}

func (d *decoder) id() (x id) {
	copy(x[:], d.take(len(x)))
	return x
}

// end gives the verdict: nothing was wrong and nothing is left over.
func (d *decoder) end() error {
	if d.bad || len(d.rest) > 0 {
		return errFrame
	}
	return nil
}
