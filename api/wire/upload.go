package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// CSV is the body of an upload.
type CSV string

// maxUpload bounds the bookings of one upload.
const maxUpload = 5000

// columns of an upload, and where their text goes.
var columns = map[string]func(n *booking.NewBooking, v string){
	"external_id": func(n *booking.NewBooking, v string) { n.ExternalID = v },
	"phone":       func(n *booking.NewBooking, v string) { n.Customer.Phone = v },
	"email":       func(n *booking.NewBooking, v string) { n.Customer.Email = v },
	"first_name":  func(n *booking.NewBooking, v string) { n.Customer.FirstName = v },
	"last_name":   func(n *booking.NewBooking, v string) { n.Customer.LastName = v },
	"line1":       func(n *booking.NewBooking, v string) { n.Customer.Address.Line1 = v },
	"line2":       func(n *booking.NewBooking, v string) { n.Customer.Address.Line2 = v },
	"city":        func(n *booking.NewBooking, v string) { n.Customer.Address.City = v },
	"state":       func(n *booking.NewBooking, v string) { n.Customer.Address.State = v },
	"postal_code": func(n *booking.NewBooking, v string) { n.Customer.Address.PostalCode = v },
	"service":     func(n *booking.NewBooking, v string) { n.Service = v },
	"note":        func(n *booking.NewBooking, v string) { n.Note = v },
}

// ReadUpload reads a CSV file of bookings made elsewhere (RFC 4180, with a header, UTF-8 with or without a byte order mark). Names of
// columns may differ in case and spaces; those it does not know are ignored, and told. Times without a zone are zone's, who reports it is by.
// A line that cannot be read is in the rows with its fault; an error means the whole file.
func ReadUpload(b []byte, zone *time.Location, by string) (rows []engine.ImportRow, ignored []string, err error) {
	const example = "the first line names the columns, as in: phone,first_name,booked_at,value"
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, nil, unreadable("invalid_csv", "", "the file is empty", example)
	}
	if err := text(b); err != nil {
		return nil, nil, err
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	header, err := r.Read()
	if err != nil {
		return nil, nil, notCSV(err)
	}
	for i, name := range header {
		header[i] = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "_")
		if slices.Contains(header[:i], header[i]) && header[i] != "" {
			return nil, nil, unreadable("duplicate_field", clip(header[i]), "the column is given twice", "give each column once")
		}
		if columns[header[i]] == nil && !slices.Contains([]string{"booked_at", "value", "value_cents", ""}, header[i]) {
			ignored = append(ignored, clip(header[i]))
		}
	}
	if other := strings.IndexAny(header[0], ";\t|"); len(header) == 1 && other >= 0 {
		return nil, nil, unreadable("invalid_csv", "", "the columns stand apart by "+strconv.Quote(header[0][other:other+1])+", not by commas", "save the file with commas: "+example)
	}
	if !slices.ContainsFunc(header, func(h string) bool { return h == "phone" || h == "email" || h == "line1" }) {
		return nil, nil, unreadable("missing_column", "phone", "no column tells who booked", "the first line names the columns; phone, email, or line1 and postal_code are needed")
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, ignored, nil
		}
		if err != nil {
			return nil, nil, notCSV(err)
		}
		if len(rows) == maxUpload {
			return nil, nil, booking.Refuse(booking.Invalid, "too_many", "", "there are more than "+strconv.Itoa(maxUpload)+" lines", "upload the rest by itself")
		}
		line, _ := r.FieldPos(0)
		row := engine.ImportRow{Line: line}
		row.Booking, row.Fault = uploaded(header, record, zone)
		row.Booking.By = by
		rows = append(rows, row)
	}
}

func notCSV(err error) error {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return unreadable("invalid_csv", "", "line "+strconv.Itoa(bad.Line)+" cannot be read: "+bad.Err.Error(), "a field with quotes or commas in it stands in quotes, and its quotes are doubled")
	}
	return unreadable("invalid_csv", "", "there is no line", "the first line names the columns")
}

// uploaded reads one line. What has no external ID is known again by its content.
func uploaded(header, record []string, zone *time.Location) (booking.NewBooking, *booking.Error) {
	n := booking.NewBooking{Source: booking.SourceExternal}
	refuse := func(code, field, message, hint string) (booking.NewBooking, *booking.Error) {
		return n, booking.Refuse(booking.Invalid, code, field, message, hint)
	}
	if len(record) != len(header) {
		return refuse("wrong_columns", "", "it has "+strconv.Itoa(len(record))+" fields, the header "+strconv.Itoa(len(header)),
			"a field with a comma in it stands in quotes; one that is not known stays empty between its commas")
	}
	var content strings.Builder
	for i, v := range record {
		v = strings.TrimSpace(v)
		if v == "" {
			continue
		}
		known := true
		switch set := columns[header[i]]; {
		case set != nil:
			set(&n, v)
		case header[i] == "booked_at":
			at, ok := moment(v, zone)
			if !ok {
				return refuse("invalid_time", "booked_at", strconv.Quote(clip(v))+" is not a time", "for example 2026-03-10T14:00:00Z or 2026-03-10 14:00")
			}
			n.At = at
		case header[i] == "value" || header[i] == "value_cents":
			cents, ok := amount(v, header[i] == "value")
			if !ok {
				return refuse("invalid_amount", header[i], strconv.Quote(clip(v))+" is not an amount", "for example 129.00 as value, or 12900 as value_cents")
			}
			n.ValueCents = cents
		default:
			known = false
		}
		if known {
			content.WriteString(header[i] + "\x00" + v + "\x00")
		}
	}
	if n.ExternalID == "" {
		sum := sha256.Sum256([]byte(content.String()))
		n.Row = hex.EncodeToString(sum[:])
	}
	return n, nil
}

// moment reads a time as other systems write it.
func moment(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
		"1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "1/2/2006"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// amount reads cents, or dollars such as "$1,234.50".
func amount(s string, dollars bool) (int, bool) {
	if !dollars {
		n, err := strconv.Atoi(s)
		return n, err == nil
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimPrefix(s, "$"), ",", ""), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > maxCents {
		return 0, false
	}
	return int(math.Round(v * 100)), true
}
