//go:build !race

package softfutex_test

const raceEnabled = false
