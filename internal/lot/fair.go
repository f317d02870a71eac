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
func (f *fairness) due(now time.Time) bool {
	if now.Before(f.next) {
		return false
	}
	f.next = now.Add(rand.N(fairEvery))
	return true
}

// Fair reports whether the wake in progress shall be a fair one: one that hands over
// what is waited for, rather than letting others take it first. Ask once, when there is
// somebody to wake.
func (h *Held[K]) Fair() bool { return fair(&h.a.bucket.fair) }
