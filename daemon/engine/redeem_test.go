package engine_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

// linked puts a link to a session that was left.
func linked(w *world, client, number string) (id booking.SessionID, token string) {
	w.t.Helper()
	id, token = left(w, client, number), "TOKEN"+client+"XXXXXXXXXXXXXXXX"
	w.must(w.store.Update(w.t.Context(), func(tx *storage.Tx) error {
		return tx.PutLink(token, storage.Link{Account: account, Session: id})
	}))
	return id, token
}

func TestEveryRedeemedLinkIsOneClick(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(11)
		w := over(t, f)
		defer w.close()
		f.Set(storagetest.Faults{Unknown: 0.5})
		for i := range 20 {
			id, token := linked(w, fmt.Sprint("c", i), phone(i))
			first := time.Now()
			for range 3 {
				v, err := w.e.Redeem(t.Context(), account, scheduler, token)
				w.must(err)
				if v.ID != id || v.Customer.FirstName != "Ada" {
					t.Errorf("the link leads to %+v", v)
				}
				time.Sleep(time.Second)
			}
			if v := w.session(id); v.Clicks != 3 || !v.ClickedAt.Equal(first) {
				t.Errorf("%d clicks, the first at %v; want 3 at %v", v.Clicks, v.ClickedAt, first)
			}
		}
		f.Set(storagetest.Faults{})
	})
}

func TestClicksAtOnceAreAllCountedAndChangeNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id, token := linked(w, "c", phone(1))
		before := w.session(id)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := w.e.Redeem(t.Context(), account, "", token); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		after := w.session(id)
		if after.Clicks != 10 {
			t.Errorf("%d clicks, want 10", after.Clicks)
		}
		if after.Status != before.Status || !after.SeenAt.Equal(before.SeenAt) || !after.AbandonedAt.Equal(before.AbandonedAt) || after.FollowUp != before.FollowUp || !after.DueAt.Equal(before.DueAt) {
			t.Errorf("a click changed the session: %+v, was %+v", after, before)
		}
		for _, c := range []struct {
			name      string
			account   booking.AccountID
			scheduler booking.SchedulerID
			token     string
		}{{"another account", "other", "", token}, {"another scheduler", account, "quiet", token}, {"unknown", account, "", token + "x"}, {"none", account, "", ""}} {
			if _, err := w.e.Redeem(t.Context(), c.account, c.scheduler, c.token); !errors.Is(err, &booking.Error{Code: "link_ended"}) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if n := w.session(id).Clicks; n != 10 {
			t.Errorf("refused tries counted: %d clicks", n)
		}
	})
}
