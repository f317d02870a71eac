package spin

import (
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// A Pass says whether a goroutine that is going to wait should let others run first, once,
// and then look again. If what it waits for comes from a goroutine that was about to run, as in
// every exchange of two, then by then it is there, and nobody had to be put to sleep
// and woken: that is half the price.
//
// The goroutine stands at the end of the run queue meanwhile, and a wake does not bring it forward.
// So it must come back soon: now and then the clock is asked. Where it does not, or there was
// nothing when it came, the step is left out, but for a try now and then.
//
// The zero value is ready. Any number of goroutines may use it at once.
type Pass struct{ vain atom.Uint32 } // how many in a row were

const (
	enough = 8                     // in vain, before it is left out
	soon   = 10 * time.Microsecond // to be back
	clock  = 8                     // one in so many is timed
)

var epoch = time.Now()

// Worth reports whether to let others run first; n numbers the waits.
func (p *Pass) Worth(n uint32) bool {
	return passes() && (p.vain.Load() < enough || n%try == 0)
}

// Start is called before.
func (p *Pass) Start(n uint32) (start time.Duration) {
	if exploring || n%clock != 0 && p.vain.Load() < enough {
		return 0
	}
	return time.Since(epoch)
}

// Stop is called after, with what Start returned and whether there was something.
func (p *Pass) Stop(start time.Duration, found bool) {
	switch {
	case exploring:
	case !found:
		p.vain.Add(1)
	case start != 0 && time.Since(epoch)-start > soon:
		p.vain.Store(enough + 1)
	case p.vain.Load() != 0:
		p.vain.Store(0)
	}
}
