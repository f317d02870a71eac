//go:build race

package osbridge_test

const raceEnabled = true
