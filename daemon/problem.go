package main

import (
	"fmt"
	"strings"
)

// problem ends the program with an exit code and one line that a person can act upon. An empty line says that everything
// has been printed already.
type problem struct {
	code int
	line string
}

func (p *problem) Error() string { return p.line }

// misuse is wrong use or configuration: exit code 2.
func misuse(format string, a ...any) error { return &problem{2, fmt.Sprintf(format, a...)} }

// notSo says that the thing asked about is not so: exit code 1.
func notSo(format string, a ...any) error { return &problem{1, fmt.Sprintf(format, a...)} }

// oneLine folds an error of many lines into one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
