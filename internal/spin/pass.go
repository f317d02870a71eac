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
// And where others compute, and have each their ten milliseconds before it comes back, that is not for each
// place to find out. Then all are quiet: nobody makes the step for thirty-two times as long as it took, and then
// one goes first, and the others follow when that is back in time.
//
// The zero value is ready. Any number of goroutines may use it at once.
type Pass struct{ vain atom.Uint32 } // how many in a row were

const (
	enough = 8                      // in vain, before it is left out
	clock  = 8                      // one in so many is timed, and so many at first
	late   = 100 * time.Microsecond // to come back: others compute
	part   = 32                     // of the time may be lost by that, to one of all
	first  = 10 * time.Millisecond  // for the one that goes first to come back, before another does
	most   = time.Minute            // of quiet
)

var (
	epoch = time.Now()
	quiet atom.Int64 // a time.Duration since epoch; 0: nobody was late
)

// Worth reports whether to let others run first; n numbers the waits.
func (p *Pass) Worth(n uint32) bool {
	return passes() && (p.vain.Load() < enough || n%try == 0) && (exploring || quiet.Load() == 0 || n%clock == 0 && over())
}

// over reports whether the quiet is over and the caller goes first.
func over() bool {
	end, now := quiet.Load(), time.Since(epoch)
	if left := time.Duration(end) - now; left > 0 && left <= most { // more: it was by the clock of a synctest bubble
		return false
	}
	return quiet.CompareAndSwap(end, int64(now+first))
}

// Start is called before.
func (p *Pass) Start(n uint32) (start time.Duration) {
	if exploring || n >= clock && n%clock != 0 && p.vain.Load() < enough && quiet.Load() == 0 {
		return 0
	}
	return time.Since(epoch)
}

// Stop is called after, with what Start returned and whether there was something.
func (p *Pass) Stop(start time.Duration, found bool) {
	if exploring {
		return
	}
	if start != 0 {
		note(time.Since(epoch), start)
	}
	switch {
	case !found:
		p.vain.Add(1)
	case p.vain.Load() != 0:
		p.vain.Store(0)
	}
}

// note begins or ends the quiet, by when the caller came back.
func note(now, start time.Duration) {
	switch passed := now - start; {
	case passed > late:
		quiet.Store(int64(now + min(part*passed, most)))
	case quiet.Load() != 0:
		quiet.Store(0)
	}
}
