//go:build !race

package parkinglot_test

const raceEnabled = false
