package api

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Backups: the whole store in one file, made while everybody works, proved, and carried away.

type backupsPage struct {
	Tabs   []tab
	None   bool // this daemon keeps none
	Items  []backupRow
	Busy   string // what is being done
	Failed string
}

type backupRow struct {
	Path, Name, Made, Size string
	Proof                  string
	Bad                    bool
}

func (c *call) showBackups() (any, error) { return c.backupsPage(nil) }

func (c *call) backupsPage(problem error) (any, error) {
	var v shell
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = c.shellFor(s, word("settings.backups"), "settings")
		return err
	})
	if err != nil {
		return nil, err
	}
	p := backupsPage{Tabs: v.tabs("backups"), None: c.o.Backups == nil}
	if !p.None {
		all, busy, failed, err := c.o.Backups.State()
		if err != nil {
			return nil, err
		}
		for _, k := range all {
			p.Items = append(p.Items, v.backupRow(k))
		}
		if busy != nil {
			p.Busy = word("backup.making")
			if busy.File != "" {
				p.Busy = word("backup.proving")
			}
		}
		if failed != nil {
			p.Failed = failed.Error()
		}
	}
	v.Live, v.Here, v.Page = true, "/console/settings/backups", p
	return c.office("backups", v, problem)
}

func (v shell) backupRow(k storage.Kept) backupRow {
	row := backupRow{Path: "/console/settings/backups/" + k.Name, Name: k.Name, Made: v.At(k.Made), Size: bytesOf(k.Bytes), Proof: word("backup.unproved")}
	switch {
	case k.Proof == nil:
	case k.Proof.Err != nil:
		row.Proof, row.Bad = word("backup.broken")+" "+k.Proof.Err.Error(), true
	default:
		row.Proof = fmt.Sprintf("%s %s, %s.", word("backup.whole"), v.At(k.Proof.At), plural(k.Proof.Summary.Rows, "row"))
	}
	return row
}

// bytesOf tells a size for people.
func bytesOf(n int64) string {
	for _, u := range []struct {
		is   int64
		name string
	}{{1 << 30, "GB"}, {1 << 20, "MB"}, {1 << 10, "kB"}} {
		if n >= u.is {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(u.is), u.name)
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// shelf gives where backups are kept, or says that there is none.
func (c *call) shelf() (*storage.Shelf, error) {
	if c.o.Backups == nil {
		return nil, booking.Refuse(booking.Unavailable, "no_backups", "", "this daemon keeps no backups", "it has no data directory; use rebook backup where there is one")
	}
	return c.o.Backups, nil
}

// refusedBackup tells an error of the shelf as a refusal.
func refusedBackup(err error) error {
	switch {
	case errors.Is(err, storage.ErrShelfBusy):
		return booking.Refuse(booking.Conflict, "backup_busy", "", "a backup is being made or checked", "wait until it is done")
	case errors.Is(err, storage.ErrNoBackup):
		return booking.Refuse(booking.NotFound, "unknown_backup", "name", "there is no such backup", "the list has those there are")
	case errors.Is(err, storage.ErrNoRoom):
		return booking.Refuse(booking.Unavailable, "no_room", "", "the disk has no room for a backup", "remove old backups here after downloading them, or make room on the disk")
	}
	return err
}

// backupDo carries out a button of the page of backups and leads back to it.
func (c *call) backupDo(done string, do func(*storage.Shelf, string) error) (any, error) {
	shelf, err := c.shelf()
	if err == nil {
		err = do(shelf, c.f.Params("file"))
	}
	if err != nil {
		return c.backupsPage(refusedBackup(err))
	}
	return c.done("/console/settings/backups", done)
}

func (c *call) makeBackup() (any, error) {
	return c.backupDo("backup", func(s *storage.Shelf, _ string) error { return s.Make() })
}

func (c *call) proveBackup() (any, error) {
	return c.backupDo("proving", func(s *storage.Shelf, name string) error { return s.Prove(name) })
}

func (c *call) removeBackup() (any, error) {
	return c.backupDo("removed", func(s *storage.Shelf, name string) error {
		if err := s.Remove(name); err != nil {
			return err
		}
		c.log.Info("a backup was removed in the console", "file", name, "by", c.identity())
		return nil
	})
}

// file is an answer that is read from a file.
type file struct {
	name string
	size int64
	body io.ReadCloser
}

// downloadBackup gives a backup to whoever may administer the account: it holds everything.
func (c *call) downloadBackup() (any, error) {
	shelf, err := c.shelf()
	if err != nil {
		return nil, err
	}
	name := c.f.Params("file")
	f, size, err := shelf.Open(name)
	if err != nil {
		return nil, refusedBackup(err)
	}
	c.log.Info("a backup was downloaded in the console", "file", name, "by", c.identity())
	return file{name, size, f}, nil
}

// sendFile writes a file. The time a piece of it may take is bounded, and not that of the whole: it may be large, and the line slow.
func (c *call) sendFile(v file) error {
	c.f.Status(http.StatusOK)
	c.f.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
	c.f.Set(fiber.HeaderContentDisposition, `attachment; filename="`+v.name+`"`)
	c.f.Context().SetBodyStream(&slowly{v.body, c.f.Context().Conn(), c.now}, int(v.size))
	return nil
}

// slowly puts off a connection's deadline with every piece that is read for it.
type slowly struct {
	io.ReadCloser
	conn net.Conn
	now  func() time.Time
}

func (s *slowly) Read(b []byte) (int, error) {
	if s.conn != nil {
		_ = s.conn.SetWriteDeadline(s.now().Add(writeTimeout)) // one that is closed fails at the write
	}
	return s.ReadCloser.Read(b)
}
