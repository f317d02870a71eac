//go:build !race

package osbridge_test

const raceEnabled = false
