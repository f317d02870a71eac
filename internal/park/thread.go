package park

import (
	"context"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/spin"
)

// A ThreadRegistration is that of a goroutine which is locked to its OS thread. It has no
// channel: the thread looks at the source's own word, and when it has looked long enough it
// sleeps in the kernel on that word. Its holder receives no tokens, and gives none back.
//
// [P2] Announce, then look again: Doze sets a bit in the word and tells what the word is
// then; the holder looks for what else could end the wait, a context or a clock; then the kernel
// compares and puts to sleep in one step. Whoever decides the outcome changes the word,
// and wakes if the bit was set. Whoever only wants the thread to look, because a context is
// done, clears the bit (Stir): so either the thread sees the context, or the kernel
// sees another word, or the wake finds a sleeper. A sleep that soon
// ends by itself needs no stir.
type ThreadRegistration interface {
	Registration

	// Word returns the word. It has changed when there is an outcome.
	Word() *atom.Uint32

	// Doze announces that the thread is going to sleep on the word, and returns what
	// to expect there. False: there is an outcome.
	Doze(Ticket) (expected uint32, ok bool)

	// Gauges remember what it was worth to look at this word, and to sleep in the
	// kernel on it.
	Gauges() (look, kernel *spin.Gauge)

	// Settle makes it the registration of a goroutine, which sleeps on a channel.
	// False: there is an outcome. The ticket stays.
	Settle(Ticket) (Registration, bool)

	// Stir makes the thread that sleeps on the word, if one does, look again. It may be
	// called by anybody, and later than the registration.
	Stir()
}

// A Berth is a registration whose holder does not sleep on the channel, but in a way of its own.
type Berth interface {
	Registration

	// Rest is Await.
	Rest(ctx context.Context, t Ticket) error
}

// The doors between package waitcell and package osbridge, which is above it. They stand
// here because as methods of a Cell they would be in every user's sight.
var (
	// Enlist registers a thread with a *waitcell.Cell. A nil registration says that it is
	// closed, with the closed error.
	Enlist func(cell any) (ThreadRegistration, Ticket, error)

	// Lies reports whether who is registered with a *waitcell.Cell sleeps on a channel, or is about to. It may be
	// out of date at once.
	Lies func(cell any) bool

	// RouseThreads wakes the threads that sleep in the kernel on a word.
	RouseThreads func(word *atom.Uint32)
)
