//go:build !linux

package storage

import "testing"

func smallDisk(t *testing.T, _ int) string {
	t.Helper()
	t.Skip("mounting a small disk is only known on Linux")
	return ""
}
