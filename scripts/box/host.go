package box

import (
	"github.com/rebookhq/rebook/daemon/booking"
	lua "github.com/yuin/gopher-lua"
)

// openHost puts the tables of Rebook itself into the globals.
func (r *run) openHost() {
	t := r.mother.CreateTable(0, 1)
	t.RawSetString("segments", native(smsSegments))
	r.globals.RawSetString("sms", t)
}

// smsSegments is sms.segments(text): how many segments the text is sent and paid as.
func smsSegments(l *lua.LState) int {
	n, _, _ := booking.Segments(stringArg(l, 1, "segments"))
	l.Push(lua.LNumber(n))
	return 1
}
