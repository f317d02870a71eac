//go:build race

package waitcell_test

const raceEnabled = true
