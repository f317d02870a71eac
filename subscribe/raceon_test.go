//go:build race

package subscribe_test

const raceEnabled = true
