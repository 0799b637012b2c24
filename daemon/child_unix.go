//go:build unix

package main

import "syscall"

// ownGroup keeps a terminal's Ctrl-C from the child.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
