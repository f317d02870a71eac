//go:build !explore

package lot

import (
	"math/rand/v2"
	"time"
)

// fairness decides when a bucket's wake shall be a fair one: now and then, at random
// times of half a millisecond on average, so that no waiter starves and few pay.
type fairness struct{ next time.Time }

const fairEvery = time.Millisecond

// due reports whether it is time, and if so, sets the next one.
func (f *fairness) due() bool {
	now := time.Now()
	if now.Before(f.next) {
		return false
	}
	f.next = now.Add(rand.N(fairEvery))
	return true
}
