package osbridge

import (
	"time"

	"github.com/rouse-go/rouse/internal/spin"
)

// DefaultSpin is how long a wait looks before it sleeps, unless a Policy says
// otherwise: about what it costs to sleep and be woken.
const DefaultSpin = spin.Default

// A Policy says how a thread waits: how long it looks at the cell before it sleeps in the
// kernel. Its methods are the functions of this package; those have the zero Policy, which is
// right unless measurements say otherwise.
//
// Looking costs processor time and gives latency: a wake that comes while the thread looks is
// seen within a fraction of a microsecond, one that comes when it sleeps takes several, and the
// waker pays for a system call.
type Policy struct {
	// Spin is how long a wait looks at most. 0 is DefaultSpin, less than 0 not at all.
	Spin time.Duration

	// Fixed looks for that long at every wait. Otherwise looking is left out once two waits in
	// a row took longer than Spin, until one takes less: an idle thread burns nothing.
	Fixed bool
}

func (p Policy) most() time.Duration {
	if p.Spin == 0 {
		return DefaultSpin
	}
	return p.Spin
}
