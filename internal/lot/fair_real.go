//go:build !explore

package lot

import (
	"math/rand/v2"
	"time"
)

// fairness decides when a bucket's wake shall be a fair one: now and then, at random
// times of half a millisecond on average, so that no waiter starves and few pay. The clock is
// dear; one wake in a few asks it.
type fairness struct {
	next  uint32 // in units of 1024 ns since epoch, modulo 1<<32
	wakes uint32
}

const (
	fairEvery = 1000 // units: a millisecond
	askEvery  = 8
)

var epoch = time.Now()

// due reports whether it is time, and if so, sets the next one.
func (f *fairness) due() bool {
	if f.wakes++; f.wakes%askEvery != 1 {
		return false
	}
	now := uint32(time.Since(epoch) >> 10)
	if int32(now-f.next) < 0 {
		return false
	}
	f.next = now + rand.Uint32N(fairEvery)
	return true
}
