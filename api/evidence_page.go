package api

import (
	"bytes"
	"html/template"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// evidenceTitles are the headings of the kinds of entries.
var evidenceTitles = map[string]string{
	string(booking.EvidenceConsent): "Consent given", string(booking.EvidenceRevoked): "Consent taken back",
	string(booking.EvidenceRestored): "Texts wanted again", string(booking.EvidenceText): "Text to the customer",
	string(booking.EvidenceInbound): "Text from the customer", string(booking.EvidenceNoText): "Text withheld",
	string(booking.EvidenceHandled): "Handled by phone", string(booking.EvidenceBooking): "Booking",
}

// evidenceHTML is the page. It has neither style nor script nor picture, as the policy sent with every answer demands: what a browser
// makes of plain HTML can be read and printed.
var evidenceHTML = template.Must(template.New("evidence").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>Evidence for {{.File.Phone}}</title></head>
<body>
<h1>Texting evidence for {{.File.Phone}}</h1>
<dl>
<dt>Business</dt><dd>{{.File.Business}}</dd>
<dt>Put together</dt><dd>{{call .Tell .File.GeneratedAt}}</dd>
<dt>Times are told in</dt><dd>{{.Zone}}</dd>
<dt>Now</dt><dd>{{with .File.OptedOut}}opted out since {{call $.Tell .At}} ({{.Source}}){{else}}not opted out{{end}}</dd>
<dt>Entries</dt><dd>{{len .File.Entries}}{{if .File.Cut}}, the newest; older ones are left out{{end}}</dd>
<dt>Digest of the entries</dt><dd><code>{{.File.Digest}}</code></dd>
</dl>
<ol>
{{- range .File.Entries}}
<li>
<h2>{{call $.Tell .At}}: {{call $.Title .Kind}}</h2>
{{- with .Text}}
<blockquote>{{.}}</blockquote>
{{- end}}
<dl>
{{- with .Source}}<dt>Source</dt><dd>{{.}}</dd>{{end}}
{{- with .Version}}<dt>Version of the words</dt><dd><code>{{.}}</code></dd>{{end}}
{{- with .Page}}<dt>Page</dt><dd>{{.}}</dd>{{end}}
{{- with .IP}}<dt>IP address</dt><dd>{{.}}</dd>{{end}}
{{- with .UserAgent}}<dt>Browser</dt><dd>{{.}}</dd>{{end}}
{{- with .From}}<dt>From</dt><dd>{{.}}</dd>{{end}}
{{- with .To}}<dt>To</dt><dd>{{.}}</dd>{{end}}
{{- with .State}}<dt>State</dt><dd>{{.}}</dd>{{end}}
{{- with .Status}}<dt>Carrier's status</dt><dd>{{.}}</dd>{{end}}
{{- with .ErrorCode}}<dt>Carrier's error</dt><dd>{{.}}</dd>{{end}}
{{- if not .SettledAt.IsZero}}<dt>Settled</dt><dd>{{call $.Tell .SettledAt}}</dd>{{end}}
{{- with .By}}<dt>By</dt><dd>{{.}}</dd>{{end}}
{{- with .ID}}<dt>ID</dt><dd><code>{{.}}</code></dd>{{end}}
{{- with .Session}}<dt>Session</dt><dd><code>{{.}}</code></dd>{{end}}
</dl>
{{- with .Trace}}
<table border="1">
<thead><tr><th>Time</th><th>Check</th><th>Result</th><th>Fact</th><th>Setting</th><th>Message</th></tr></thead>
<tbody>
{{- range .}}
<tr><td>{{call $.Tell .At}}</td><td>{{.Check}}</td><td>{{.Result}}</td><td>{{.Fact}}</td><td>{{.Setting}}</td><td>{{.Message}}</td></tr>
{{- end}}
</tbody>
</table>
{{- end}}
</li>
{{- end}}
</ol>
</body>
</html>
`))

// evidencePage writes an evidence file as a page that people read and print.
func evidencePage(f wire.EvidenceFile) ([]byte, error) {
	zone := f.Timezone
	loc, err := booking.LoadZone(zone)
	if err != nil {
		zone, loc = "UTC", time.UTC
	}
	var b bytes.Buffer
	err = evidenceHTML.Execute(&b, map[string]any{
		"File": f, "Zone": zone,
		"Tell":  func(t time.Time) string { return t.In(loc).Format("2006-01-02 15:04:05 MST") },
		"Title": func(kind string) string { return evidenceTitles[kind] },
	})
	return b.Bytes(), err
}
