package simulator

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// The first line of a file names these. A newer version is refused; an older one has to stay readable.
const (
	formatName    = "rebook-simulator"
	formatVersion = 1
)

// ErrDamaged is a record of the carrier that lost something it had acknowledged.
var ErrDamaged = errors.New("the simulated carrier's record is damaged")

// A line is `{"c":"` checksum `",` rest, where rest is `"s":` synced `,"r":` record `}` and the checksum covers rest.
const (
	beforeSum    = `{"c":"`
	sumLen       = 8
	afterSum     = `",`
	beforeSynced = `"s":`
	beforeRecord = `,"r":`
	lineEnd      = "}\n"
	restAt       = len(beforeSum) + sumLen + len(afterSum)
)

// maxLine bounds a line in bytes. The longest record, a customer's text with ten media, is under 40 kB.
const maxLine = 64 << 10

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine appends one line. synced is how many bytes of the file are known to be on disk.
func appendLine(buf []byte, synced int64, record []byte) []byte {
	start := len(buf)
	buf = append(buf, beforeSum+"00000000"+afterSum+beforeSynced...)
	buf = strconv.AppendInt(buf, synced, 10)
	buf = append(buf, beforeRecord...)
	buf = append(buf, record...)
	buf = append(buf, lineEnd...)
	line := buf[start:]
	sum := crc32.Checksum(line[restAt:len(line)-1], castagnoli)
	hex.Encode(line[len(beforeSum):], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return buf
}

// parseLine takes a line apart, its line feed included; false when it is not sound. record points into line.
func parseLine(line []byte) (synced int64, record []byte, ok bool) {
	if len(line) < restAt+len(lineEnd) || !bytes.HasSuffix(line, []byte(lineEnd)) ||
		string(line[:len(beforeSum)]) != beforeSum || string(line[restAt-len(afterSum):restAt]) != afterSum {
		return 0, nil, false
	}
	rest := line[restAt : len(line)-1]
	var sum [sumLen / 2]byte
	if _, err := hex.Decode(sum[:], line[len(beforeSum):len(beforeSum)+sumLen]); err != nil {
		return 0, nil, false
	}
	if crc32.Checksum(rest, castagnoli) != uint32(sum[0])<<24|uint32(sum[1])<<16|uint32(sum[2])<<8|uint32(sum[3]) {
		return 0, nil, false
	}
	digits, record, ok := bytes.Cut(bytes.TrimPrefix(rest, []byte(beforeSynced)), []byte(beforeRecord))
	if !ok {
		return 0, nil, false
	}
	synced, err := strconv.ParseInt(string(digits), 10, 64)
	return synced, record[:len(record)-1], err == nil && synced >= 0
}

// read hands every sound record to visit, up to the first that is not, and gives the length of that sound part. What follows
// may be cut off: no later line knows it to have been on disk. When one does, the error is an ErrDamaged.
func read(r io.Reader, visit func(record)) (sound int64, err error) {
	in := bufio.NewReaderSize(r, maxLine)
	var at, synced int64 // of this line; of all sound lines so far
	broken := false      // sound is the place of the first damage
	number := 0
	for {
		line, err := in.ReadSlice('\n')
		if len(line) == 0 && err == io.EOF {
			break
		}
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return 0, err
		}
		known, raw, ok := parseLine(line)
		if !ok {
			// A damaged line feed hides the sound line behind it, and with it what that one knows.
			if i := bytes.LastIndex(line, []byte(beforeSum)); i > 0 {
				known, _, _ = parseLine(line[i:])
			}
		}
		ok = ok && known <= at
		at += int64(len(line))
		if known <= at {
			synced = max(synced, known)
		}
		if broken {
			continue
		}
		number++
		var rec record
		if !ok || json.Unmarshal(raw, &rec) != nil {
			broken = true
			continue
		}
		if err := rec.check(number); err != nil {
			return 0, err
		}
		visit(rec)
		sound = at
	}
	switch {
	case broken && sound == 0 && at > firstLineLen:
		return 0, fmt.Errorf("its first line is not that of a simulated carrier's record (choose another file, or move this one away to start afresh)")
	case broken && sound < synced:
		return 0, fmt.Errorf("%w at byte %d, line %d (restore it from a backup, or move it away to start afresh)", ErrDamaged, sound, number)
	}
	return sound, nil
}

// firstLineLen is the length of the first line, which is on disk before anything follows it.
var firstLineLen = func() int64 {
	line, err := json.Marshal(record{Format: &format{formatName, formatVersion}})
	if err != nil {
		panic(err)
	}
	return int64(len(appendLine(nil, 0, line)))
}()

// check looks at what the place of a record in the file demands.
func (r *record) check(number int) error {
	switch {
	case (number == 1) != (r.Format != nil):
		return fmt.Errorf("line %d is not what belongs there (choose another file, or move this one away to start afresh)", number)
	case number == 1 && (r.Format.Name != formatName || r.Format.Version < 1):
		return errors.New("it is not a simulated carrier's record (choose another file)")
	case number == 1 && r.Format.Version > formatVersion:
		return fmt.Errorf("it was written by a newer rebook (format %d, this one knows up to %d); use that, or move the file away", r.Format.Version, formatVersion)
	}
	return nil
}
