//go:build race

package box

// raceEnabled tells tests that CPU time is no measure here: the race detector makes everything ten times slower.
const raceEnabled = true
