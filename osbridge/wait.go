package osbridge

import (
	"context"
	"sync"
	"time"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/internal/spin"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Wait is [waitcell.Cell.Wait] for a goroutine that is locked to its OS thread: with the
// same outcomes, and the same rules for who may call it when.
//
// A ctx that can be cancelled costs nothing. Its deadline goes to the kernel. A cancellation
// that comes while the thread sleeps in the kernel is noticed when that sleep ends, after a
// millisecond at most. Only where a [Policy] allows a longer one, Wait asks [context.AfterFunc]
// for a call that ends it, which allocates, and lets go of that before it returns.
func Wait(ctx context.Context, c *waitcell.Cell) error { return Policy{}.Wait(ctx, c) }

// WaitTimeout is [waitcell.Cell.WaitTimeout] for a goroutine that is locked to its OS
// thread. While it sleeps in the kernel, the kernel keeps the time.
func WaitTimeout(c *waitcell.Cell, d time.Duration) error { return Policy{}.WaitTimeout(c, d) }

// WaitFor is [waitcell.Cell.WaitFor] for a goroutine that is locked to its OS thread. cond
// runs on that thread.
func WaitFor(ctx context.Context, c *waitcell.Cell, cond func() bool) error {
	return Policy{}.WaitFor(ctx, c, cond)
}

// Wait is [Wait] by this policy.
func (p Policy) Wait(ctx context.Context, c *waitcell.Cell) error {
	mustHave(ctx, c)
	if !direct() {
		return c.Wait(ctx)
	}
	done := ctx.Done() // its code is the user's: before we look, and before we register
	if taken, err := c.Poll(); taken || err != nil {
		return err
	}
	if done != nil && ctx.Err() != nil {
		if taken, err := c.Poll(); taken || err != nil { // once more: what came before the context's end wins
			return err
		}
		return park.ContextError(ctx)
	}
	r, t, err := park.Enlist(c)
	if r == nil {
		return err
	}
	return p.rest(ctx, done, r, t, time.Time{})
}

// WaitTimeout is [WaitTimeout] by this policy.
func (p Policy) WaitTimeout(c *waitcell.Cell, d time.Duration) error {
	mustHave(context.Background(), c)
	if d <= 0 || !direct() {
		return c.WaitTimeout(d)
	}
	if taken, err := c.Poll(); taken || err != nil {
		return err
	}
	r, t, err := park.Enlist(c)
	if r == nil {
		return err
	}
	return p.rest(context.Background(), nil, r, t, time.Now().Add(d))
}

// WaitFor is [WaitFor] by this policy.
func (p Policy) WaitFor(ctx context.Context, c *waitcell.Cell, cond func() bool) error {
	mustHave(ctx, c)
	if cond == nil {
		panic("osbridge: nil condition")
	}
	if !direct() {
		return c.WaitFor(ctx, cond)
	}
	s := sources.Get().(*source)
	defer s.free()
	s.cell, s.policy = c, p
	return subscribe.Until(ctx, s, cond)
}

// rest waits until registration t has an outcome, ctx is done or the deadline is over, if
// there is one: looking, then asleep in the kernel, then asleep as a goroutine.
func (p Policy) rest(ctx context.Context, done <-chan struct{}, r park.ThreadRegistration, t park.Ticket, deadline time.Time) error {
	word := r.Word()
	look, kernel := r.Gauges()
	spins, sleeps := p.spin(), p.kernel()
	if !p.Fixed {
		spins, sleeps = look.Allow(spins), kernel.Allow(sleeps)
	}
	if !deadline.IsZero() {
		spins = min(spins, time.Until(deadline))
	}
	for {
		// The look at the books comes after the look at the word: what they do not say by
		// then will change the word from old.
		old := word.Load()
		if err := r.Take(t, true); err != park.ErrPending {
			return err
		}
		if !spin.Watch(word, old, spins, done) {
			break
		}
		look.Note(0, p.spin(), false)
	}
	remeasure()
	start := time.Now()
	err := park.ErrPending
	crowded := !p.Fixed && sleeps != Forever && spin.Crowded()
	if sleeps > 0 && !crowded {
		err = doze(ctx, done, r, t, deadline, sleeps)
	}
	if err == park.ErrPending {
		err = settle(ctx, done, r, t, deadline)
	}
	passed := time.Since(start)
	look.Note(max(spins, 0)+passed, p.spin(), crowded)
	kernel.Note(passed, p.kernel(), false)
	return err
}

// unheard is how long the end of a context may go unheard in the kernel. It is no step on the word, so it wakes
// nobody there unless the context was asked to call, and to ask allocates. A shorter sleep just ends first.
const unheard = time.Millisecond

// doze is the part of rest that is spent in the kernel. See [park.ThreadRegistration] for
// why nothing is lost between the looks and the sleep. ErrPending: it has been long enough.
func doze(ctx context.Context, done <-chan struct{}, r park.ThreadRegistration, t park.Ticket, deadline time.Time, most time.Duration) error {
	until := earlier(deadline, fromNow(most))
	if done != nil {
		if end, ok := ctx.Deadline(); ok {
			until = earlier(until, end) // settle waits for what is left: the timer of ctx may be late
		}
		if most > unheard {
			defer park.AfterDone(ctx, r.Stir)()
		}
	}
	spin.Asleep(1)
	defer spin.Asleep(-1)
	for {
		expected, ok := r.Doze(t) // announce, ...
		if done != nil && ctx.Err() != nil {
			return park.GiveUp(ctx, r, t) // ... look again, ...
		}
		var slept error
		if ok {
			slept = sleepOn(r.Word(), expected, until) // ... then sleep
		}
		if err := r.Take(t, true); err != park.ErrPending || slept == waitaddr.ErrTimeout {
			return err
		}
		if slept != nil && slept != waitaddr.ErrMismatch && r.Withdraw(t) {
			return slept
		}
	}
}

// lie is Wait, all of it as a goroutine. A Cell's own Wait may let others run first, which helps if what it waits for
// comes from one of them; here it comes from a thread, which runs elsewhere.
func lie(ctx context.Context, c *waitcell.Cell) error {
	r, t, err := park.Enlist(c)
	if r == nil {
		return err
	}
	return settle(ctx, ctx.Done(), r, t, time.Time{})
}

// settle is the part of rest that is spent as a goroutine.
func settle(ctx context.Context, done <-chan struct{}, r park.ThreadRegistration, t park.Ticket, deadline time.Time) error {
	g, ok := r.Settle(t)
	switch {
	case !ok:
		return r.Take(t, true)
	case deadline.IsZero():
		return park.Await(ctx, done, g, t)
	}
	if left := time.Until(deadline); left > 0 {
		return park.AwaitTimeout(left, g, t)
	}
	return park.GiveUp(ctx, g, t)
}

// fromNow returns the time that is d from now. The zero Time is never.
func fromNow(d time.Duration) time.Time {
	switch {
	case d == Forever:
		return time.Time{}
	case timeless():
		d = 24 * time.Hour // the explorer's timers do not go by this clock
	}
	return time.Now().Add(d)
}

// earlier returns the earlier of two times. The zero Time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// A source is a cell as WaitFor waits for it. It belongs to one call at a time.
type source struct {
	park.ThreadRegistration // of now
	cell                    *waitcell.Cell
	policy                  Policy
}

// sources are reused, for they are on the way to a wait. There is no channel in them.
var sources = sync.Pool{New: func() any { return new(source) }}

func (s *source) free() {
	*s = source{}
	sources.Put(s)
}

// Subscribe implements subscribe.Source.
func (s *source) Subscribe() subscribe.Subscription {
	r, t, _ := park.Enlist(s.cell)
	if r == nil {
		return s.cell.Subscribe() // closed
	}
	s.ThreadRegistration = r
	return subscribe.New(s, t)
}

// Rest implements park.Berth.
func (s *source) Rest(ctx context.Context, t park.Ticket) error {
	return s.policy.rest(ctx, ctx.Done(), s.ThreadRegistration, t, time.Time{})
}

func mustHave(ctx context.Context, c *waitcell.Cell) {
	if ctx == nil {
		panic("osbridge: nil context")
	}
	if c == nil {
		panic("osbridge: nil cell")
	}
}
