package api

import (
	"strconv"
	"time"

	"github.com/rebookhq/rebook/storage"
)

// aboutPage says what runs here, and whether it is well.
type aboutPage struct {
	Tabs  []tab
	Well  bool
	Why   string
	Facts []pair
	Items []alarmRow
}

func (c *call) showAbout() (any, error) {
	var v shell
	p := aboutPage{Well: true}
	if err := c.engine.Ready(c.ctx); err != nil {
		p.Well, p.Why = false, sentence(problemOf(err).refusal)
	}
	add := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, pair{word(key), value})
		}
	}
	stats := c.engine.Stats()
	err := c.view(func(s *storage.Snapshot) (err error) {
		p.Facts, p.Items = nil, nil
		if v, err = c.shellFor(s, word("settings.about"), "settings"); err != nil {
			return err
		}
		p.Tabs = v.tabs("about")
		alarms, err := c.alarms(s)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			p.Items = append(p.Items, v.alarmRow(a))
		}
		add("about.version", c.o.Version)
		add("about.address", c.o.PublicURL)
		add("about.carrier", word(map[bool]string{true: "about.simulator", false: "about.twilio"}[c.o.Simulator != nil]))
		if c.o.StoreStats != nil {
			if disk := c.o.StoreStats().DiskBytes; disk > 0 {
				add("about.store", bytesOf(disk))
			}
		}
		add("about.planned", strconv.Itoa(stats.Armed))
		add("about.waiting", strconv.Itoa(stats.Queued))
		add("about.sent", strconv.FormatUint(stats.Sent, 10))
		restored, err := s.RestoredAt()
		add("about.restored", v.At(restored))
		add("about.now", v.now.In(v.loc).Format(time.RFC1123))
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p // not live: the size of the store is looked up in its directory
	return c.office("about", v, nil)
}
