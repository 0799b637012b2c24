package api

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// What tests, replays and trials tell is written for whoever asks the API, with the words of documents and settings. Here it is told in the
// words of the console's pages.

// unmet are the judge's sentences about what of an expectation is not so, each with how the console tells it. One that is none of them is
// shown as it is.
var unmet = []struct {
	sentence *regexp.Regexp
	tell     func(part []string) string
}{
	{regexp.MustCompile(`^outcome (\w+), want (.+)$`), func(p []string) string {
		return word("unmet.ended") + " " + worded("outcome", p[1]) + ". " + word("unmet.wanted") + " " + eitherOf("outcome", p[2]) + "."
	}},
	{regexp.MustCompile(`^outcome (\w+) without the action (.+)$`), func(p []string) string {
		return word("unmet.ended") + " " + worded("outcome", p[1]) + ", " + word("unmet.but_not") + " " + eitherOf("act", p[2]) + "."
	}},
	{regexp.MustCompile(`(?s)^no text says (.+)$`), func(p []string) string { return word("unmet.says") + " “" + plainPattern(p[1]) + "”." }},
	{regexp.MustCompile(`(?s)^("(?:[^"\\]|\\.)*") says (.+)$`), func(p []string) string {
		text, err := strconv.Unquote(p[1])
		if re, bad := regexp.Compile("(?i)" + p[2]); err == nil && bad == nil {
			if said := re.FindString(text); said != "" {
				return word("unmet.never_says") + " “" + said + "”."
			}
		}
		return word("unmet.never_says.some") + " " + p[1] + "."
	}},
	{regexp.MustCompile(`^(\d+) texts, at most (\d+) wanted$`), func(p []string) string {
		return word("unmet.texts") + " " + p[1] + "; " + word("unmet.at_most") + " " + p[2] + "."
	}},
	{regexp.MustCompile(`^withheld by (.*), want (.+)$`), func(p []string) string {
		return word("unmet.withheld") + " " + eitherOf("check", p[2]) + "."
	}},
	{regexp.MustCompile(`^the action (\w+) did not happen as wanted$`), func(p []string) string {
		return word("unmet.act") + " " + worded("act", p[1]) + "."
	}},
	{regexp.MustCompile(`^the action "?(\w+)"? must not happen$`), func(p []string) string {
		return word("unmet.never_act") + " " + worded("act", p[1]) + "."
	}},
	{regexp.MustCompile(`^the action (\w+) happened (\d+) times, want (\d+)$`), func(p []string) string {
		return word("unmet.act") + " " + worded("act", p[1]) + ": " + p[3] + ", " + word("unmet.times") + " " + p[2] + "."
	}},
	{regexp.MustCompile(`^none of the actions happened of which one must$`), func([]string) string { return word("unmet.none") }},
}

// plainUnmet tells what of an expectation is not so.
func plainUnmet(failure string) string {
	for _, u := range unmet {
		if part := u.sentence.FindStringSubmatch(failure); part != nil {
			return u.tell(part)
		}
	}
	return capital(failure)
}

// eitherOf tells a list such as "closed or handed_off" in the words of a family.
func eitherOf(family, list string) string {
	words := strings.Split(list, " or ")
	for i, w := range words {
		words[i] = worded(family, w)
	}
	return strings.Join(words, ", "+word("unmet.or")+" ")
}

var escaped = regexp.MustCompile(`\\([\\.+*?()|\[\]{}^$])`)

// plainPattern shows a pattern that is only words as these words.
func plainPattern(pattern string) string { return escaped.ReplaceAllString(pattern, "$1") }

// scriptsWords tells which versions wrote: "agent, version 2". Modules that are built in are part of Rebook, and not told.
func scriptsWords(refs string) string {
	var told []string
	for i, ref := range strings.Fields(refs) {
		name, version, ok := strings.Cut(ref, "@")
		switch {
		case !ok:
			told = append(told, ref)
		case version != "0":
			told = append(told, name+", "+versionWords(version))
		case i == 0:
			told = append(told, name+", "+word("script.built_in"))
		}
	}
	return strings.Join(told, "; ")
}

// versionWords names a version: a source that is not kept has none.
func versionWords(version string) string {
	switch version {
	case "0":
		return word("script.built_in")
	case "-1", "draft":
		return word("script.draft")
	}
	return "version " + version
}

// changeRows tells what a replay changes. forms are the names of booking forms.
func changeRows(all []booking.ReplayChange, forms map[string]string) (rows []wire.ReplayChanged) {
	for _, c := range all {
		row := wire.ReplayChanged{What: worded("field", c.What), Was: spanWords(c.Was), Is: spanWords(c.Is)}
		if form, ok := strings.CutPrefix(c.What, "follow_up.delay of "); ok {
			if name := forms[form]; name != "" {
				form = name
			}
			row.What = word("field.follow_up.delay") + ", " + form
		}
		if name, ok := strings.CutPrefix(c.What, "scripts."); ok {
			row.What = word("replay.script") + " " + name
			for _, side := range []*string{&row.Was, &row.Is} {
				if _, version, ok := strings.Cut(*side, "@"); ok {
					*side = versionWords(version)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

var aSpan = regexp.MustCompile(`^(\d+)([smhd])$`)

// spanWords tells a length of time such as 30m in words, and all else as it is.
func spanWords(s string) string {
	part := aSpan.FindStringSubmatch(s)
	if part == nil {
		return s
	}
	n, err := strconv.Atoi(part[1])
	if err != nil {
		return s
	}
	return plural(n, map[string]string{"s": "second", "m": "minute", "h": "hour", "d": "day"}[part[2]])
}
