//go:build !explore

package lot

import (
	"math/rand/v2"
	"time"
)

// fairness decides when a bucket's wake shall be a fair one: now and then, at random
// times of half a millisecond on average, so that no waiter starves and few pay.
type fairness struct{ next time.Duration } // since epoch

const fairEvery = time.Millisecond

var epoch = time.Now()

// due reports whether it is time, and if so, sets the next one.
func (f *fairness) due() bool {
	now := time.Since(epoch)
	if now < f.next {
		return false
	}
	f.next = now + rand.N(fairEvery)
	return true
}
