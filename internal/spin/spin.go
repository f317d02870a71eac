// Package spin decides how a thread waits: how long it looks at a word, and how long it
// sleeps in the kernel before it sleeps as goroutines do.
//
// To sleep in the kernel and be woken costs two threads some microseconds each. So looking for
// about as long is never much worse than sleeping at once, and if the other side answers
// within that time it is ten to a hundred times better. A thread in the kernel keeps its P, and
// the runtime's monitor watches it, every 20 microseconds at first: that is a good price for a
// wake in one switch, but not if nothing comes for long. Where the last waits took longer, the
// step is left out, but for a try now and then.
package spin

import (
	"runtime"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// The longest look, and the longest sleep in the kernel, unless somebody knows better.
const (
	Look   = 20 * time.Microsecond
	Kernel = 200 * time.Microsecond
)

const (
	patience = 2  // waits in a row that took too long, before a step is left out
	try      = 64 // and then it is tried once in so many
	glance   = 64 // looks before the clock is asked, and between that and the next time

	// Two sides that both sleep are slow because both sleep: each finds that the other takes
	// long, and by that measure neither would look again, where waking up takes longer than
	// looking may. So while waits are not much too long, one in a few looks for longer. If it
	// succeeds, its side is back while the other still looks, and from then on they meet.
	more     = 4       // times as long is not much too long
	moreTry  = 4       // one in so many
	moreFlag = 1 << 31 // in late: the last one was not
)

// alone is set where looking keeps the other side from running.
var alone = runtime.NumCPU() == 1

// A Gauge remembers, for one step and one place, how many waits in a row took longer than
// the step may. The zero value is ready. Any number of threads may use it at once.
type Gauge struct{ late atom.Uint32 }

// Allow returns how long the step may take this time, where it may take most: 0 leaves it out.
func (g *Gauge) Allow(most time.Duration) time.Duration {
	switch n := g.late.Load(); {
	case n&^moreFlag < patience:
		return most
	case n&moreFlag != 0 && n%moreTry == 0:
		return more * most
	case n%try == 0:
		return most
	}
	return 0
}

// Note says that a wait took d, where the step may take most, and whether it was [Crowded] then: who stood in the
// way of others learned nothing from what came after it had stepped aside.
func (g *Gauge) Note(d, most time.Duration, crowded bool) {
	switch {
	case exploring:
	case d >= most || crowded:
		n := g.late.Load()&^moreFlag + 1
		if d/more < most && !crowded {
			n |= moreFlag
		}
		g.late.Store(n)
	case g.late.Load() != 0:
		g.late.Store(0)
	}
}

// Watch watches word until it is not old, for at most the given time and until done, which may be nil,
// is closed. It says whether the word changed.
func Watch(word *atom.Uint32, old uint32, most time.Duration, done <-chan struct{}) bool {
	if most <= 0 || alone || exploring {
		return word.Load() != old
	}
	if changes(word, old) {
		return true
	}
	for start := time.Now(); time.Since(start) < most; {
		if changes(word, old) {
			return true
		}
		select {
		case <-done:
			return false
		default:
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
