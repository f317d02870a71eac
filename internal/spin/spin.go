// Package spin decides how long a thread looks at a word before it sleeps in the kernel.
//
// To sleep and be woken costs two threads some microseconds each. So looking for about as
// long is never much worse than sleeping at once, and if the other side answers within that time it
// is ten to a hundred times better. Where it has not answered in time lately, looking is
// waste, and is left out.
package spin

import (
	"runtime"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// Default is the longest look: what it costs to sleep and be woken, and some more.
const Default = 20 * time.Microsecond

const (
	patience = 2  // waits in a row that took too long, before looking is left out
	glance   = 64 // looks before the clock is asked, and between that and the next time
)

// alone is set where looking keeps the other side from running.
var alone = runtime.NumCPU() == 1

// A Gauge remembers what looking was worth in one place. The zero value is ready: it
// looks. Any number of threads may use it at once.
type Gauge struct{ late atom.Uint32 }

// Look watches word until it is not old, and says whether it changed. It gives up after
// most, or at once if the last waits took longer than that; with fixed it minds the time only.
func (g *Gauge) Look(word *atom.Uint32, old uint32, most time.Duration, fixed bool) bool {
	if most <= 0 || alone || exploring || !fixed && g.late.Load() >= patience {
		return word.Load() != old
	}
	if changes(word, old) {
		g.Note(0, most)
		return true
	}
	for start := time.Now(); time.Since(start) < most; {
		if changes(word, old) {
			g.Note(0, most)
			return true
		}
	}
	return false
}

func changes(word *atom.Uint32, old uint32) bool {
	for range glance {
		if word.Load() != old {
			return true
		}
	}
	return false
}

// Note says that a wait took d, where looking for most was allowed.
func (g *Gauge) Note(d, most time.Duration) {
	switch late := g.late.Load(); {
	case d >= most && late < patience:
		g.late.Store(late + 1)
	case d < most && late != 0:
		g.late.Store(0)
	}
}
