package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

const alarmErasures = "erasures_unknown"

// eraseAgain sees to it that the store has its salt, and erases once more whoever is on the list beside the store and not erased in
// it: the store was restored from a backup that is older than the erasure. It is done before anything else begins.
func (e *Engine) eraseAgain(ctx context.Context) error {
	fresh := newSalt()
	var salt []byte
	err := e.store.Update(ctx, func(tx *storage.Tx) (err error) {
		if salt, err = tx.Salt(); err != nil || salt != nil {
			return err
		}
		salt = fresh
		return tx.PutSalt(salt)
	})
	if err != nil || e.o.Erased == nil {
		return err
	}
	lines, torn, err := e.o.Erased.All()
	if err != nil {
		return err
	}
	if torn > 0 {
		e.log.Warn("the list of erasures has lines that a crash cut off; they were never acknowledged", "lines", torn)
	}
	missing, strange, err := e.notErased(ctx, salt, lines)
	if err != nil {
		return err
	}
	if strange > 0 {
		e.log.Error("the list of erasures belongs to another store; persons who were erased there may be in this one", "erasures", strange)
		err := e.update(ctx, func(t *txn) error {
			return t.PutAlarm(MainAccount, alarm(alarmErasures, "",
				fmt.Sprintf("The list %s names %d erasures of another store, and nobody can tell whether those persons are in this one.", storage.ErasedFile, strange),
				"put the list that belongs to this store into the data directory and start again; erase anew whom you know", t.Now))
		})
		if err != nil {
			return err
		}
	}
	return e.eraseMissing(ctx, salt, missing)
}

// notErased gives the lines of the list that the store does not know as done, by the hash of the number, and how many rest on
// another salt.
func (e *Engine) notErased(ctx context.Context, salt []byte, lines []storage.ErasedLine) (missing map[string]storage.ErasedLine, strange int, err error) {
	missing = map[string]storage.ErasedLine{}
	own := storage.SaltName(salt)
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		for _, l := range lines {
			if l.Salt != own {
				strange++
				continue
			}
			v, err := s.Erasure(l.Account, l.ID)
			if err != nil {
				return err
			}
			if v == nil {
				missing[l.Hash] = l
			}
		}
		return nil
	})
	return missing, strange, err
}

// eraseMissing finds the persons of the lines by trying every number that is known, and erases them. An opt-out of somebody of whom
// nothing is known any more is honoured all the same.
func (e *Engine) eraseMissing(ctx context.Context, salt []byte, missing map[string]storage.ErasedLine) error {
	accounts := map[booking.AccountID]bool{}
	for _, l := range missing {
		accounts[l.Account] = true
	}
	found := map[string]booking.Phone{}
	for a := range accounts {
		for _, family := range []string{"person", "optout", "phone", "consent"} {
			err := e.eachPhone(ctx, a, family, func(p booking.Phone) {
				if hash := booking.PersonHash(salt, a, p); missing[hash].ID != "" {
					found[hash] = p
				}
			})
			if err != nil {
				return err
			}
		}
	}
	for hash, l := range missing {
		if err := e.eraseLine(ctx, l, found[hash]); err != nil {
			return err
		}
	}
	return nil
}

// eachPhone calls fn with every number of a family.
func (e *Engine) eachPhone(ctx context.Context, a booking.AccountID, family string, fn func(booking.Phone)) error {
	for cursor, more := "", true; more; more = cursor != "" {
		err := e.store.View(ctx, func(s *storage.Snapshot) error {
			page, next, err := s.Phones(a, family, cursor, erasePage)
			for _, p := range page {
				fn(p)
			}
			cursor = next
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseLine applies a line of the list; p is empty when nothing is known of its person.
func (e *Engine) eraseLine(ctx context.Context, l storage.ErasedLine, p booking.Phone) error {
	v := booking.Erasure{ID: l.ID, Account: l.Account, Hash: l.Hash, Phone: p, By: "restore", At: l.At}
	err := e.update(ctx, func(t *txn) error {
		if _, err := t.Account(l.Account); storage.IsNotFound(err) {
			return nil
		} else if err != nil {
			return err
		}
		if was, err := t.Erasure(l.Account, l.ID); err != nil || was != nil {
			return err
		}
		v.DueAt, v.DoneAt = t.Now, time.Time{}
		if p == "" {
			v.DueAt, v.DoneAt = time.Time{}, t.Now
		}
		if err := t.putErasure(nil, v); err != nil || l.OptedOut.IsZero() {
			return err
		}
		if p != "" {
			if known, err := t.Snapshot.OptOut(l.Account, p); err != nil || known != nil {
				return err
			}
		}
		kept, err := t.ErasedAs(l.Account, l.Hash)
		if err != nil {
			return err
		}
		kept.OptedOut = l.OptedOut
		return t.PutErased(l.Account, l.Hash, *kept)
	})
	if err != nil || p == "" {
		return err
	}
	e.log.Info("a person who was erased came back with a backup and is erased again", "erasure", l.ID)
	_, err = e.erase(ctx, v)
	return err
}

// newSalt makes the secret that names of erased persons rest on.
func newSalt() []byte {
	salt := make([]byte, 32)
	rand.Read(salt)
	return salt
}
