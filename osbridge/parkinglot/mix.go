//go:build !explore

package parkinglot

// mix is the multiplier of hashes: the golden ratio.
const mix = 0x9e3779b97f4a7c15
