package storage

import (
	"bufio"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"time"

	"github.com/minio/sio"
)

// The backup file. It is also the form in which a store moves to another machine or another engine. Numbers are
// big-endian; README.md draws it.
//
//	head     "REBOOKBK" | version u16 | flags u16 | schema u32 | created ms u64 | salt 32B | CRC32C u32
//	body     blocks: length u32 | records | CRC32C u32      in order of keys, about 64 KiB each
//	trailer  0 u32 | rows u64 | SHA-256 of head and blocks
//	record   key length | key | value length | value | expiry ms (0: never)      lengths and expiry as uvarints
//
// With an encryption key, body and trailer are a DARE 2.0 stream (AES-256-GCM) under a subkey made from the key, the salt
// and the head, so that the head cannot be changed either.
const (
	backupMagic   = "REBOOKBK"
	backupVersion = 1
	flagEncrypted = 1
	headSize      = 8 + 2 + 2 + 4 + 8 + 32 + 4
	blockSize     = 64 << 10
	maxBlock      = blockSize + MaxKey + MaxValue + 3*binary.MaxVarintLen64
)

// ErrBadBackup says that a backup is cut short, damaged or changed. Nothing of it should be believed.
var ErrBadBackup = errors.New("the backup is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Summary describes a backup.
type Summary struct {
	Schema    int       `json:"schema"`
	Created   time.Time `json:"created"`
	Encrypted bool      `json:"encrypted"`
	Rows      int       `json:"rows"`
	Bytes     int64     `json:"bytes"`  // of keys and values
	SHA256    string    `json:"sha256"` // of the content before encryption
}

// record is one row of a backup.
type record struct {
	key, val []byte
	expires  time.Time
}

// backupHead makes the head of a file.
func backupHead(schema int, created time.Time, encrypted bool) []byte {
	h := make([]byte, 0, headSize)
	h = append(h, backupMagic...)
	h = binary.BigEndian.AppendUint16(h, backupVersion)
	flags, salt := uint16(0), make([]byte, 32)
	if encrypted {
		flags |= flagEncrypted
		rand.Read(salt)
	}
	h = binary.BigEndian.AppendUint16(h, flags)
	h = binary.BigEndian.AppendUint32(h, uint32(schema))
	h = append(h, ms(created)...)
	h = append(h, salt...)
	return binary.BigEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

func dare(key, head []byte) (sio.Config, error) {
	sub, err := hkdf.Key(sha256.New, key, head, "rebook backup 1", 32)
	return sio.Config{MinVersion: sio.Version20, Key: sub}, err
}

// backupWriter writes a file. Only after close it is one.
type backupWriter struct {
	body  io.Writer // blocks, encrypted below
	done  func() error
	sum   hash.Hash
	block []byte
	info  Summary
}

func newBackupWriter(w io.Writer, key []byte, schema int, created time.Time) (*backupWriter, error) {
	head := backupHead(schema, created, len(key) > 0)
	if _, err := w.Write(head); err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(w, 256<<10)
	b := &backupWriter{body: buf, done: buf.Flush, sum: sha256.New()}
	b.info = Summary{Schema: schema, Created: created.UTC().Truncate(time.Millisecond), Encrypted: len(key) > 0}
	b.sum.Write(head)
	if len(key) > 0 {
		cfg, err := dare(key, head)
		if err != nil {
			return nil, err
		}
		enc, err := sio.EncryptWriter(buf, cfg)
		if err != nil {
			return nil, err
		}
		b.body = enc
		b.done = func() error { return errors.Join(enc.Close(), buf.Flush()) } // Close of enc marks the end of the stream
	}
	return b, nil
}

func (b *backupWriter) write(r record) error {
	b.block = append(binary.AppendUvarint(b.block, uint64(len(r.key))), r.key...)
	b.block = append(binary.AppendUvarint(b.block, uint64(len(r.val))), r.val...)
	b.block = binary.AppendUvarint(b.block, expiryMillis(r.expires))
	b.info.Rows++
	b.info.Bytes += int64(len(r.key) + len(r.val))
	if len(b.block) < blockSize {
		return nil
	}
	return b.flush()
}

func (b *backupWriter) flush() error {
	if len(b.block) == 0 {
		return nil
	}
	framed := binary.BigEndian.AppendUint32(nil, uint32(len(b.block)))
	framed = append(framed, b.block...)
	framed = binary.BigEndian.AppendUint32(framed, crc32.Checksum(b.block, castagnoli))
	b.block = b.block[:0]
	b.sum.Write(framed)
	_, err := b.body.Write(framed)
	return err
}

func (b *backupWriter) close() (Summary, error) {
	if err := b.flush(); err != nil {
		return b.info, err
	}
	t := make([]byte, 4)
	t = binary.BigEndian.AppendUint64(t, uint64(b.info.Rows))
	digest := b.sum.Sum(nil)
	b.info.SHA256 = hex.EncodeToString(digest)
	if _, err := b.body.Write(append(t, digest...)); err != nil {
		return b.info, err
	}
	return b.info, b.done()
}

// backupReader reads a file with suspicion: strangers may have written it.
type backupReader struct {
	body  io.Reader
	sum   hash.Hash
	block []byte // records not given yet
	last  []byte // key given last
	info  Summary
}

func newBackupReader(r io.Reader, key []byte) (*backupReader, error) {
	head := make([]byte, headSize)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:8]) != backupMagic {
		return nil, errors.New("this is not a backup of Rebook")
	}
	if v := binary.BigEndian.Uint16(head[8:]); v != backupVersion {
		return nil, fmt.Errorf("the backup has file format %d, this version of Rebook reads %d; use the version that wrote it or a newer one", v, backupVersion)
	}
	if crc32.Checksum(head[:headSize-4], castagnoli) != binary.BigEndian.Uint32(head[headSize-4:]) {
		return nil, fmt.Errorf("%w: its head does not add up", ErrBadBackup)
	}
	b := &backupReader{sum: sha256.New()}
	b.info.Encrypted = binary.BigEndian.Uint16(head[10:])&flagEncrypted != 0
	b.info.Schema = int(binary.BigEndian.Uint32(head[12:]))
	b.info.Created = time.UnixMilli(int64(binary.BigEndian.Uint64(head[16:]))).UTC()
	if b.info.Schema > schema {
		return nil, newerSchema("the backup", b.info.Schema)
	}
	b.sum.Write(head)
	b.body = bufio.NewReaderSize(r, 256<<10)
	if b.info.Encrypted {
		if len(key) == 0 {
			return nil, errors.New("the backup is encrypted; set storage.encryption_key_file to the key of the store it was made from")
		}
		cfg, err := dare(key, head)
		if err != nil {
			return nil, err
		}
		if b.body, err = sio.DecryptReader(b.body, cfg); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// bad words what went wrong while reading. A wrong key and a changed byte look alike under authenticated encryption.
func (b *backupReader) bad(what string, err error) error {
	var tampered sio.Error
	switch {
	case b.info.Encrypted && errors.As(err, &tampered):
		return fmt.Errorf("%w, or storage.encryption_key_file holds another key than it was made with (row %d)", ErrBadBackup, b.info.Rows+1)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it is cut short after row %d", ErrBadBackup, b.info.Rows)
	case err != nil:
		return fmt.Errorf("read the backup: %w", err)
	}
	return fmt.Errorf("%w: %s after row %d", ErrBadBackup, what, b.info.Rows)
}

// next gives one record, io.EOF after the last when the whole file has proved sound. Its slices are valid until the next
// call.
func (b *backupReader) next() (record, error) {
	if len(b.block) == 0 {
		if err := b.nextBlock(); err != nil {
			return record{}, err
		}
	}
	key, ok1 := b.take(MaxKey)
	val, ok2 := b.take(MaxValue)
	until, n := binary.Uvarint(b.block)
	if !ok1 || !ok2 || n <= 0 || until > 1<<62 || len(key) == 0 {
		return record{}, b.bad("a record makes no sense", nil)
	}
	b.block = b.block[n:]
	if string(key) <= string(b.last) {
		return record{}, b.bad("the keys are out of order", nil)
	}
	b.last = append(b.last[:0], key...)
	b.info.Rows++
	b.info.Bytes += int64(len(key) + len(val))
	r := record{key: key, val: val}
	if until > 0 {
		r.expires = time.UnixMilli(int64(until))
	}
	return r, nil
}

// take cuts a field with its length off the block.
func (b *backupReader) take(most uint64) ([]byte, bool) {
	size, n := binary.Uvarint(b.block)
	if n <= 0 || size > most || size > uint64(len(b.block)-n) {
		return nil, false
	}
	field := b.block[n : n+int(size)]
	b.block = b.block[n+int(size):]
	return field, true
}

func (b *backupReader) nextBlock() error {
	var size [4]byte
	if _, err := io.ReadFull(b.body, size[:]); err != nil {
		return b.bad("", err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 {
		return b.trailer()
	}
	if n > maxBlock {
		return b.bad("a block is too long", nil)
	}
	framed := make([]byte, n+4)
	if _, err := io.ReadFull(b.body, framed); err != nil {
		return b.bad("", err)
	}
	b.block = framed[:n]
	if crc32.Checksum(b.block, castagnoli) != binary.BigEndian.Uint32(framed[n:]) {
		return b.bad("a block does not match its checksum", nil)
	}
	b.sum.Write(size[:])
	b.sum.Write(framed)
	return nil
}

func (b *backupReader) trailer() error {
	var t [8 + sha256.Size]byte
	if _, err := io.ReadFull(b.body, t[:]); err != nil {
		return b.bad("", err)
	}
	if binary.BigEndian.Uint64(t[:]) != uint64(b.info.Rows) {
		return b.bad("the number of rows differs", nil)
	}
	digest := b.sum.Sum(nil)
	if string(digest) != string(t[8:]) {
		return b.bad("the digest of the whole differs", nil)
	}
	switch n, err := io.ReadFull(b.body, make([]byte, 1)); {
	case n > 0:
		return b.bad("there is more behind the end", nil)
	case !errors.Is(err, io.EOF):
		return b.bad("", err)
	}
	b.info.SHA256 = hex.EncodeToString(digest)
	return io.EOF
}
