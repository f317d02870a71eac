package doorbell

import (
	"context"
	"errors"
	"os"

	"github.com/rouse-go/rouse/internal/park"
)

// Await returns when the sequence differs from processed, or somebody rang. It
// is the loop's side without io_uring: arm, look again, sleep, acknowledge,
// disarm. It sleeps in Go's netpoller, where it occupies no thread, and allocates
// nothing while the context stays the same from call to call.
//
// processed is the number of submissions that the loop has taken out of its
// queue, modulo 2^63 or not. submitted is the sequence, whatever the error.
//   - nil: submitted differs from processed; or somebody rang; or a publish that an
//     earlier Await already reported rang late. So look, and call again.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: the doorbell is closed, and
//     submitted is processed.
//   - the context's error: ctx was done. If its cause is another error than
//     ctx.Err(), errors.Is holds for both.
//   - another error names the call that failed.
//
// Submissions win over a close and over the context, a ring wins over the context.
// Two Awaits at once panic.
//
// Await asks [context.AfterFunc] for one call when ctx is done, and keeps that
// request for the next Await, until one comes with another context, or Close. For
// a context of a type that package context does not know that is a goroutine.
func (d *Doorbell) Await(ctx context.Context, processed uint64) (submitted uint64, err error) {
	d.must()
	if ctx == nil {
		panic("doorbell: nil context")
	}
	processed &= seqMask
	// Optimization: no need to say that we mean to sleep if we do not.
	if s := d.Submitted(); s != processed {
		return s, nil
	}
	if err = d.enter(); err == nil {
		defer d.loop.Unlock()
		if d.cause.Err() == nil { // else a close has forgotten the contexts, or will, and frees us
			d.watch(ctx)
		}
		if d.Arm() == processed { // [W1]
			err = d.blame(d.sleep(ctx)) // (I5)
		}
		d.Disarm()
	}
	// [E1] Learn of the end, then look once more. Who publishes and then closes, or ends the context, does
	// the reverse [E2]: so if we have seen the end, we see what was published before it.
	if submitted = d.Submitted(); submitted != processed {
		return submitted, nil
	}
	return submitted, err
}

// sleep sleeps until somebody rings, and takes the rings.
//
// [C1] Clear the interrupt, then look at the context. The context's end does the
// reverse [C2]: it is done, then interrupts. So an end that our look missed
// interrupts after our clearing, and the sleep ends. An interrupt that was
// meant for an earlier Await costs one round.
func (d *Doorbell) sleep(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			if rung, err := d.bell.take(); rung || err != nil {
				return err
			}
			return park.ContextError(ctx)
		}
		if err := d.bell.sleep(); !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		d.bell.clearInterrupt()
	}
}

// watch has the end of ctx interrupt the sleep, and the end of another no longer.
func (d *Doorbell) watch(ctx context.Context) {
	done := ctx.Done()
	if done == d.watched {
		return
	}
	if d.unwatch != nil {
		d.unwatch()
		d.unwatch = nil
	}
	if d.watched = done; done != nil {
		d.unwatch = park.AfterDone(ctx, d.bell.interrupt) // [C2]
	}
}
