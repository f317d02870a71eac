//go:build !race

package waitcell_test

const raceEnabled = false
