package osbridge

import (
	"math"
	"time"

	"github.com/rouse-go/rouse/internal/spin"
)

const (
	// DefaultSpin is how long a wait looks before it sleeps, unless a Policy says otherwise: about
	// what it costs to sleep and be woken.
	DefaultSpin = spin.Look

	// DefaultKernel is how long a thread sleeps in the kernel before it sleeps as
	// goroutines do, unless a Policy says otherwise.
	DefaultKernel = spin.Kernel

	// Forever is a limit that is never reached.
	Forever = time.Duration(math.MaxInt64)
)

// A Policy says how a thread waits: it looks at the cell, then it sleeps in the kernel, then it
// sleeps as a goroutine does. Its methods are the functions of this package; those have the zero
// Policy, which is right unless measurements say otherwise.
//
//   - Looking costs processor time. A wake is seen within a fraction of a microsecond.
//   - In the kernel the thread is woken by one system call and one switch. But it keeps its P
//     for up to 10 milliseconds, and the runtime's monitor does not rest meanwhile.
//   - As a goroutine it costs nothing while it sleeps, and two switches when it is woken.
//
// A thread that is about to sleep in the kernel asks the runtime, by [runtime/metrics], if goroutines are ready to run and no P
// is free. Then it sleeps as a goroutine at once: with the P it would take those along that stand in its run queue, such as the one that
// it woke last. A policy that is Fixed, or says Forever, does not ask.
//
// How long the first two may take is the policy's. Each is left out once two waits in a row
// took longer than that, but for a try now and then, and is taken again when one takes less: so
// threads that answer each other at once meet in user space, and an idle one burns nothing.
type Policy struct {
	// Spin is how long a wait looks at most, and never longer than its timeout or its context
	// leave it. 0 is DefaultSpin, less than 0 not at all.
	Spin time.Duration

	// Kernel is how long it sleeps in the kernel at most, but for a try of four times that. 0 is
	// DefaultKernel, less than 0 not at all. With Forever, where latency is worth more than processor
	// time, it sleeps nowhere else. What a sleep of more than a millisecond costs, [Wait] says.
	Kernel time.Duration

	// Fixed takes both steps at every wait, whatever earlier ones took.
	Fixed bool
}

func (p Policy) spin() time.Duration   { return either(p.Spin, DefaultSpin) }
func (p Policy) kernel() time.Duration { return either(p.Kernel, DefaultKernel) }

func either(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
