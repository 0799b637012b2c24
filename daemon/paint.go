package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// paint writes to a terminal or to a file; only a terminal gets colours, and only where NO_COLOR (no-color.org) is not set.
type paint struct {
	w    io.Writer
	live bool // a terminal: colours, and lines that are written over
}

func newPaint(w io.Writer, environ []string) *paint {
	f, ok := w.(*os.File)
	if !ok {
		return &paint{w: w}
	}
	info, err := f.Stat()
	live := err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
	for _, kv := range environ {
		if name, value, _ := strings.Cut(kv, "="); name == "NO_COLOR" && value != "" || kv == "TERM=dumb" {
			live = false
		}
	}
	return &paint{w, live}
}

func (p *paint) printf(format string, a ...any) { fmt.Fprintf(p.w, format, a...) }

func (p *paint) style(code, s string) string {
	if !p.live || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *paint) bold(s string) string   { return p.style("1", s) }
func (p *paint) dim(s string) string    { return p.style("2", s) }
func (p *paint) red(s string) string    { return p.style("31", s) }
func (p *paint) green(s string) string  { return p.style("32", s) }
func (p *paint) yellow(s string) string { return p.style("33", s) }
func (p *paint) cyan(s string) string   { return p.style("36", s) }

// heading begins a part of the story.
func (p *paint) heading(s string) {
	p.printf("\n  %s\n  %s\n", p.bold(s), p.dim(strings.Repeat("─", max(utf8.RuneCountInString(s), 4))))
}

// over writes a line that the next one replaces; only a terminal gets it.
func (p *paint) over(format string, a ...any) {
	if p.live {
		p.printf("\r\x1b[K"+format, a...)
	}
}

// box draws lines of text in a frame.
func (p *paint) box(lines []string) {
	width := 0
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l))
	}
	p.printf("      %s\n", p.dim("╭"+strings.Repeat("─", width+2)+"╮"))
	for _, l := range lines {
		p.printf("      %s %s%s %s\n", p.dim("│"), l, strings.Repeat(" ", width-utf8.RuneCountInString(l)), p.dim("│"))
	}
	p.printf("      %s\n", p.dim("╰"+strings.Repeat("─", width+2)+"╯"))
}

// table writes rows in columns under a head; every column is as wide as its widest cell.
func (p *paint) table(head []string, rows [][]string) {
	width := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(row []string, style func(string) string) {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString("  " + cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)))
		}
		p.printf("%s\n", style(strings.TrimRight(b.String(), " ")))
	}
	line(head, p.dim)
	for _, row := range rows {
		line(row, func(s string) string { return s })
	}
}

// wrap breaks text into lines of at most width runes; a longer word stays whole.
func wrap(text string, width int) (lines []string) {
	for par := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(par) {
			if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimLeft(line+" "+word, " ")
		}
		lines = append(lines, line)
	}
	return slices.Clip(lines)
}
