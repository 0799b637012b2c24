package booking

// Role is what a person or key may do. Part of the API and stored: never rename.
type Role string

// The roles of the original feature, and two that only machines have.
const (
	RoleSupport       Role = "support"       // everything, in every account
	RoleAdministrator Role = "administrator" // everything of the account
	RoleManager       Role = "manager"       // all but users, keys, account switch, registration submit
	RoleDispatcher    Role = "dispatcher"    // sessions, threads, bookings, handled, opt-outs
	RoleCSR           Role = "csr"           // as dispatcher
	RoleOffice        Role = "office"        // reads sessions, threads, bookings, reports
	RolePublishable   Role = "publishable"   // a scheduler's page: posts its own session events
)

// Roles are those an API key can be made for.
var Roles = []Role{RoleSupport, RoleAdministrator, RoleManager, RoleDispatcher, RoleCSR, RoleOffice}

// Permission is one thing that a role may or may not do.
type Permission uint8

// The permissions of the API.
const (
	MayReport     Permission = iota // post session events
	MayRead                         // sessions, threads, bookings, reports
	MayWork                         // handled, threads, bookings, opt-outs
	MayManage                       // schedulers, numbers, settings, scripts
	MayAdminister                   // users, keys, account switch, registration submit
	MaySupport                      // the account gate of other accounts, the simulator of others
)

// May tells whether the role has the permission. Each role may all of those below it; a publishable key may only report.
func (r Role) May(p Permission) bool {
	switch r {
	case RoleSupport:
		return true
	case RoleAdministrator:
		return p <= MayAdminister
	case RoleManager:
		return p <= MayManage
	case RoleDispatcher, RoleCSR:
		return p <= MayWork
	case RoleOffice:
		return p == MayRead
	case RolePublishable:
		return p == MayReport
	}
	return false
}
