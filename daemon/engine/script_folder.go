package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

const (
	alarmImportFailed = "script_import_failed"
	alarmFolder       = "script_folder_differs"
)

// ImportScript takes over a script from the operator's folder by the road of every script: put, check, activate. modified is when
// the file was changed. What is in use already changes nothing. A source that the library had before is used again when
// the file is younger than the version in use; else somebody chose another version since, and an alarm says that the two
// differ. A script that fails keeps out, with an alarm that has its line. done tells that another version is in use now.
func (e *Engine) ImportScript(ctx context.Context, a booking.AccountID, in NewVersion, modified time.Time) (done bool, err error) {
	sha := scripts.Digest(in.Source)
	var active *booking.ScriptVersion
	var head *booking.Script
	var known *booking.ScriptVersion
	var told bool
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if active, head, err = activeVersion(s, a, in.Name); err != nil {
			return err
		}
		told, known = false, nil
		for _, code := range []string{alarmImportFailed, alarmFolder} {
			stands, err := s.Alarm(a, code, in.Name)
			if err != nil {
				return err
			}
			told = told || stands != nil
		}
		if active != nil && active.SHA256 == sha {
			return nil
		}
		all, err := ScriptVersions(s, a, in.Name)
		if errors.Is(err, &booking.Error{Code: "unknown_script"}) {
			return nil
		}
		for _, v := range all {
			if v.SHA256 == sha {
				known = &v
				break
			}
		}
		return err
	})
	switch {
	case err != nil:
		return false, err
	case active != nil && active.SHA256 == sha:
		if told {
			err = e.endImportAlarms(ctx, a, in.Name)
		}
		return false, err
	case known != nil && head != nil && !modified.After(head.ActiveFrom):
		return false, e.update(ctx, func(t *txn) error {
			return t.PutAlarm(a, alarm(alarmFolder, in.Name, fmt.Sprintf("The folder's %s.lua is version %d, but version %d is in use: it was activated after the file was changed.",
				in.Name, known.Version, head.Active), "activate version "+fmt.Sprint(known.Version)+", or put the version in use into the folder", t.Now))
		})
	}
	version := 0
	if known != nil {
		version = known.Version
	} else {
		v, err := e.PutScript(ctx, a, in)
		if err != nil {
			return false, e.importFailed(ctx, a, in.Name, err)
		}
		version = v.Version
	}
	if _, err := e.ActivateScript(ctx, a, in.Name, version); err != nil {
		return false, e.importFailed(ctx, a, in.Name, err)
	}
	return true, e.endImportAlarms(ctx, a, in.Name)
}

// importFailed raises the alarm about a script that was refused; other troubles are given back.
func (e *Engine) importFailed(ctx context.Context, a booking.AccountID, name string, cause error) error {
	refusal, ok := errors.AsType[*booking.Error](cause)
	if !ok || refusal.Class == booking.Unavailable {
		return cause
	}
	err := e.update(ctx, func(t *txn) error {
		return t.PutAlarm(a, alarm(alarmImportFailed, name, "The script "+name+".lua of the folder was not taken over: "+refusal.Message, "mend the file; it is read again when it changes", t.Now))
	})
	return errors.Join(cause, err)
}

// FolderHolds tells which scripts the operator's folder has, none where there is no folder: what was alarming about others
// ends, and those that it has cannot be deleted.
func (e *Engine) FolderHolds(ctx context.Context, a booking.AccountID, names []string) error {
	e.folder.Store(&names)
	var over []storage.Alarm
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		over = nil
		for cursor, more := "", true; more; more = cursor != "" {
			page, next, err := s.Alarms(a, cursor, 200)
			if err != nil {
				return err
			}
			for _, v := range page {
				if (v.Code == alarmImportFailed || v.Code == alarmFolder) && !slices.Contains(names, v.Ref) {
					over = append(over, v)
				}
			}
			cursor = next
		}
		return nil
	})
	for _, v := range over {
		err = errors.Join(err, e.endImportAlarms(ctx, a, v.Ref))
	}
	return err
}

// inFolder tells whether the operator's folder has a script.
func (e *Engine) inFolder(a booking.AccountID, name string) bool {
	names := e.folder.Load()
	return names != nil && a == MainAccount && slices.Contains(*names, name)
}

func (e *Engine) endImportAlarms(ctx context.Context, a booking.AccountID, name string) error {
	return e.update(ctx, func(t *txn) error {
		return errors.Join(t.endAlarm(a, alarmImportFailed, name), t.endAlarm(a, alarmFolder, name))
	})
}
