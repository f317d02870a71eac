package waitaddr

import (
	"math"
	"time"
)

// forever is the d of a wait without end.
const forever time.Duration = math.MaxInt64

// decades is how long a limited wait can be. Any limit would do that nobody
// lives to see. This one, added to the age of a machine, still fits 32 bits of
// seconds, so no backend has an overflow to think about.
const decades = 30 * 365 * 24 * time.Hour

// clamp turns any duration into one that backends take.
func clamp(d time.Duration) time.Duration {
	if d > decades {
		return forever
	}
	return max(d, 0)
}

// until returns the time left, forever for the zero Time.
func until(deadline time.Time) time.Duration {
	if deadline.IsZero() {
		return forever
	}
	return clamp(time.Until(deadline))
}

// after is the reverse of until: the deadline that is d away, monotonic, and
// the zero Time for forever. Backends whose system has relative timeouts, or
// early ones, keep it and ask until again after every interruption.
func after(d time.Duration) time.Time {
	if d == forever {
		return time.Time{}
	}
	return time.Now().Add(d)
}
