package api

import (
	"net/url"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

type inboxPage struct {
	Tabs    []tab
	Waiting []threadRow // on top of all conversations
	More    string      // the address of all that wait, where there are more
	MoreOf  string      // how many they are
	Items   []threadRow
	Older   string
	Empty   string // what to say where there is nothing
}

// inboxPath is the address of the conversations of a kind; "": of all.
func inboxPath(show, cursor string) string {
	q := url.Values{}
	if show != "" {
		q.Set("show", show)
	}
	if cursor != "" {
		q.Set("cursor", writeCursor(cursor))
	}
	if len(q) == 0 {
		return "/console/inbox"
	}
	return "/console/inbox?" + q.Encode()
}

// inboxKinds are the kinds of conversations that can be chosen, in the order of the tabs.
var inboxKinds = []string{"", "waiting", "emergency", "unread", "mine"}

// inboxView gives the store's list for a kind; ok is false for all conversations and for what is no kind.
func (c *call) inboxView(show string) (w storage.ThreadView, ok bool, err error) {
	switch show {
	case "waiting":
		return storage.ThreadsWaiting, true, nil
	case "emergency":
		return storage.ThreadsInDanger, true, nil
	case "unread":
		return storage.ThreadsUnread, true, nil
	case "mine":
		by, err := c.name()
		return storage.ThreadsOf(by), true, err
	}
	return nil, false, nil
}

func (c *call) showInbox() (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	show := c.f.Query("show")
	view, chosen, err := c.inboxView(show)
	if err != nil {
		return nil, err
	}
	if !chosen {
		show = ""
	}
	var v shell
	var p inboxPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		p = inboxPage{Empty: word("inbox.empty." + show)}
		for _, kind := range inboxKinds {
			p.Tabs = append(p.Tabs, tab{Label: word("inbox.show." + kind), Path: inboxPath(kind, ""), Now: kind == show})
		}
		if v, err = c.shellFor(s, word("nav.inbox"), "inbox"); err != nil {
			return err
		}
		if chosen {
			threads, next, err := s.ThreadsIn(c.who.Account, view, cursor, consoleRows)
			if err != nil {
				return err
			}
			p.Items, err = c.threadRows(s, v, threads)
			if next != "" {
				p.Older = inboxPath(show, next)
			}
			return err
		}
		var onTop map[string]bool
		if cursor == "" { // later pages hold those that wait, too: none may fall between two pages
			if p.Waiting, p.MoreOf, err = c.waiting(s, v, consoleRows); err != nil {
				return err
			}
			if p.MoreOf != "" {
				p.More = inboxPath("waiting", "")
			}
			onTop = map[string]bool{}
			for _, row := range p.Waiting {
				onTop[row.Path] = true
			}
		}
		threads, next, err := s.Threads(c.who.Account, cursor, consoleRows)
		if err != nil {
			return err
		}
		rest := threads[:0]
		for _, t := range threads {
			if !onTop[threadPath(t.Phone)] {
				rest = append(rest, t)
			}
		}
		if p.Items, err = c.threadRows(s, v, rest); next != "" {
			p.Older = inboxPath("", next)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = cursor == "", p
	return c.html(ok, "inbox", v)
}

func (c *call) threadRows(s *storage.Snapshot, v shell, threads []booking.Thread) (rows []threadRow, err error) {
	for _, t := range threads {
		row, err := c.threadRow(s, v, t)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// waiting lists the threads that need a person, at most limit: emergencies first, then who waits longest. all tells how many there are
// when there are more.
func (c *call) waiting(s *storage.Snapshot, v shell, limit int) (rows []threadRow, all string, err error) {
	threads, next, err := s.ThreadsIn(c.who.Account, storage.ThreadsWaiting, "", limit)
	if err != nil {
		return nil, "", err
	}
	if next != "" {
		all = counted(v.Unread)
	}
	rows, err = c.threadRows(s, v, threads)
	return rows, all, err
}
