package waitcell

import (
	"context"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/cause"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/subscribe"
)

// A Cell is a place where one goroutine waits for a wake.
//
// The zero value is ready to use. A Cell must not be copied after first use.
// All methods may be called by any number of goroutines at once, but a Cell
// holds one waiter: see [ErrReplaced].
//
// A wake that finds nobody waiting is stored, and the next wait takes it; any
// number of such wakes store one. Every Wake synchronizes before the wait that
// consumes it, in the terminology of the Go memory model: what was written
// before Wake is seen after the wait, also when the wake only met another one
// that was stored already.
//
// The cell makes one channel when somebody first sleeps in it, and keeps it. For
// [testing/synctest] a Cell follows the rule of channels: one that was
// waited on in a bubble is used in that bubble only.
type Cell struct {
	word  atom.Uint32 // first: an OS thread can sleep on it
	slot  atom.Pointer[waiter]
	cause cause.Cause
}

// Wake wakes the waiter, or stores the wake if there is none.
//
//   - true: a waiter was woken.
//   - false: nobody was waiting for one: there is no waiter, or it has been given a
//     wake already. The wake is stored for the next wait, unless the cell is closed: then
//     nothing happens.
//
// False does not mean that nobody will run: a waiter that is busy registering at this
// moment finds the stored wake and does not sleep. Wake never blocks.
func (c *Cell) Wake() bool { return c.give(false) }

// Poll takes a stored wake. It never blocks.
//
//   - true, nil: a wake was taken.
//   - false, nil: there was none.
//   - false and the closed error: there was none, and the cell is closed.
func (c *Cell) Poll() (woken bool, err error) {
	mustHave(c)
	if taken, s := c.take(); taken || s&closed == 0 {
		return taken, nil
	}
	return false, c.cause.Err()
}

// Wait blocks until a wake is there, then takes it.
//
//   - nil: a wake was taken.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: the cell is closed.
//   - [ErrReplaced]: another waiter took this one's place.
//   - the context's error: ctx was done. If its cause is another error than
//     ctx.Err(), errors.Is holds for both.
//
// With an error no wake was taken. If a wake and a cancellation race, the wake
// wins; a context that was done before fails at once unless a wake is stored.
func (c *Cell) Wait(ctx context.Context) error {
	mustHave(c)
	if ctx == nil {
		panic("waitcell: nil context")
	}
	done := ctx.Done() // its code is the user's: before we look, and before we register
	taken, s := c.take()
	if taken {
		return nil
	}
	if done != nil && ctx.Err() != nil {
		switch taken, s := c.take(); { // once more: what came before the context's end wins
		case taken:
			return nil
		case s&closed == 0:
			return park.ContextError(ctx)
		}
	}
	kind := c.slot.Load().kind(s)
	w, t := c.enrol(nil, kind)
	if w == nil {
		return c.cause.Err()
	}
	if kind != parked { // see look.go
		start := w.pass.Start(uint32(t))
		park.Pass()
		found := w.took(t)
		if w.pass.Stop(start, found); found {
			return nil
		}
		if !w.lieDown(t) {
			return w.Take(t, true)
		}
	}
	for park.Sleep(w.C(), done) { // park.Await, spelled out: see there
		if w.took(t) {
			return nil
		}
		if err := w.Take(t, true); err != park.ErrPending {
			return err
		}
	}
	return park.GiveUp(ctx, w, t)
}

// WaitTimeout is Wait for at most d; when that has passed it returns
// context.DeadlineExceeded. With d <= 0 it takes what is stored and does not block.
func (c *Cell) WaitTimeout(d time.Duration) error {
	mustHave(c)
	switch taken, s := c.take(); {
	case taken:
		return nil
	case s&closed != 0:
		return c.cause.Err()
	case d <= 0:
		return context.DeadlineExceeded
	}
	w, t := c.enrol(nil, parked)
	if w == nil {
		return c.cause.Err()
	}
	return park.AwaitTimeout(d, w, t)
}

// Subscribe registers now, so that the caller may first act and then wait: a
// wake that comes after Subscribe returned is not missed, whatever
// comes between. A wake that is stored already is delivered at once.
//
// The subscription holds the cell's one place until it ends: see
// [subscribe.Subscription] for how it does. It allocates nothing once the cell
// has its channel.
func (c *Cell) Subscribe() subscribe.Subscription {
	mustHave(c)
	w, t := c.enrol(nil, parked)
	if w == nil {
		return subscribe.New((*shut)(c), 0)
	}
	return subscribe.New(w, t)
}

// WaitFor blocks until cond returns true. It registers, then evaluates, then
// sleeps, so it misses no wake between the look and the sleep; cond runs on the
// caller's goroutine, first at once and then after each wake, under no lock.
//
// The outcomes are Wait's, except that cond is evaluated once more after the
// cell was closed, and nil is returned if it is true. A wake that was stored and
// turned out not to be needed, because cond was true already, stays
// stored. If cond panics or calls runtime.Goexit, the waiter is deregistered.
func (c *Cell) WaitFor(ctx context.Context, cond func() bool) error {
	mustHave(c)
	mustCall(ctx, cond != nil)
	return subscribe.Until(ctx, c, cond)
}

// WaitForValue is [Cell.WaitFor] for a poll that returns a value: it blocks until
// poll's second result is true, and returns the first.
func WaitForValue[T any](ctx context.Context, c *Cell, poll func() (T, bool)) (T, error) {
	mustHave(c)
	mustCall(ctx, poll != nil)
	return subscribe.UntilValue(ctx, c, poll)
}

// Close closes the cell for good. Its waiter, if there is one, and all later
// waits get an error for which errors.Is(err, rouse.ErrClosed) holds. A wake that
// was stored or delivered before the close can still be taken.
//
//   - true: a waiter was woken by it.
//   - false: there was no waiter, or it had been given a wake already, or was busy
//     registering and finds the cell closed; or the cell was closed already.
func (c *Cell) Close() bool { return c.CloseWith(nil) }

// CloseWith is Close with a cause: errors.Is(err, cause) holds as well for what
// the waits return. The first close decides the cause. A nil cause is none.
func (c *Cell) CloseWith(cause error) bool {
	mustHave(c)
	return c.closeSlow(cause)
}

// Closed reports whether the cell is closed.
func (c *Cell) Closed() bool {
	mustHave(c)
	return c.word.Load()&closed != 0 // a bit test: after a close other bits may be set
}

// State returns a snapshot of the cell's bits, for people.
func (c *Cell) State() State {
	mustHave(c)
	return State(c.word.Load() & (gen1 - 1))
}

// take takes a stored wake, if there is one, and returns the word that it found: whether there
// is a wake and whether the cell is closed must be one look, for a wake that came
// before the close goes first.
func (c *Cell) take() (taken bool, s uint32) {
	for {
		s := c.word.Load()
		if s&woken == 0 {
			return false, s
		}
		// The look and the clearing are one step: a second wake between them
		// would not be swallowed, it would fail this.
		if c.word.CompareAndSwap(s, s&^woken) { // woken -> idle (I5)
			return true, s
		}
	}
}

func mustHave(c *Cell) {
	if c == nil {
		panic("waitcell: nil cell")
	}
}

func mustCall(ctx context.Context, cond bool) {
	if ctx == nil {
		panic("waitcell: nil context")
	}
	if !cond {
		panic("waitcell: nil condition")
	}
}
