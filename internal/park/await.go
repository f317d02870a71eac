package park

import (
	"context"
	"errors"
	"time"
)

// A Ticket numbers the registrations of one waiter. A registration is named by
// waiter and ticket together, and no such pair is used twice: so the holder of
// one that is over can do no harm to those that came after it.
type Ticket uint64

// ErrPending is the answer to a question about an outcome that is not there yet.
var ErrPending = errors.New("subscribe: nothing delivered yet")

// ErrEnded is the answer to a question about a registration that is over.
var ErrEnded = errors.New("subscribe: the subscription has ended")

// A Registration is a place in a source's books. Each method takes the ticket
// that came with it. Its outcomes: nil, a wake was given to it; the closed
// error; or another error of the source. All methods may be called at once with
// those of the source; for one registration they belong to one goroutine at a time.
type Registration interface {
	// C returns the channel of the sleeper that is kicked: once when there is an
	// outcome, and now and then for nothing.
	C() <-chan struct{}

	// Expose says that the user was given C, and may take the token.
	Expose(Ticket)

	// Peek returns the outcome and leaves it there, or ErrPending, or ErrEnded.
	Peek(Ticket) error

	// Take returns the outcome and ends the registration, or returns
	// ErrPending and changes nothing, or ErrEnded. token says that this module
	// has taken the token that came with the outcome.
	Take(t Ticket, token bool) error

	// Withdraw ends the registration if it has no outcome, and says whether it did.
	Withdraw(Ticket) bool

	// Cancel ends the registration. A wake that was given to it goes on to the
	// next in line, or back to where wakes are stored.
	Cancel(Ticket)
}

// A Joiner is a registration that another sleeper can take over.
type Joiner interface {
	Registration

	// Join moves the registration to s, if it has no outcome yet, and returns what
	// names it from now on and whether it was moved. Given the zero Sleeper, it uses
	// one that this registration's waiter keeps for the purpose. Whoever sleeps
	// there minds no token too many.
	Join(t Ticket, s Sleeper) (Registration, Ticket, bool)

	// Sleeper returns the sleeper that is kicked.
	Sleeper() Sleeper
}

// Await sleeps until registration t of r has an outcome, takes it and returns
// it. If done, which is ctx.Done(), delivers first, the registration is
// withdrawn, and ContextError(ctx) returned; if both happen, the outcome wins.
//
// [P1] No wakeup is lost here, for registering came before Await and the token
// comes after the outcome was written down. Whoever decides the outcome first
// changes the books and then kicks; the sleeper first takes the token and then
// looks into the books. The token cannot be taken before it was left, and it stays
// until it is taken.
//
// The waits that are called most (Cell.Wait, Queue.Wait, Cond.Wait, Bound.Wait) have these
// four lines in themselves instead of calling Await: after a switch of goroutines
// the processor mispredicts every return from a frame below, so a frame between a wait
// and its channel costs more than anything done in it.
func Await[T any](ctx context.Context, done <-chan T, r Registration, t Ticket) error {
	for c := r.C(); Sleep(c, done); {
		if err := r.Take(t, true); err != ErrPending {
			return err
		}
	}
	return GiveUp(ctx, r, t)
}

// GiveUp ends a registration whose context or timer has ended.
func GiveUp(ctx context.Context, r Registration, t Ticket) error {
	if r.Withdraw(t) {
		return expired(ctx)
	}
	// Somebody decided the outcome before we could withdraw: it wins. Its token may
	// still be on the way; Take deals with that, so we need not sleep again.
	return r.Take(t, false)
}

// AwaitTimeout is Await for a duration, which must be positive; it returns
// context.DeadlineExceeded.
func AwaitTimeout(d time.Duration, r Registration, t Ticket) error {
	timer := NewTimer(d)
	defer timer.Stop()
	return Await(context.Background(), timer.C, r, t)
}

// expired returns the error of a wait that its context ended, or its timer if the context is not done.
func expired(ctx context.Context) error {
	if ctx.Err() == nil {
		return context.DeadlineExceeded
	}
	return ContextError(ctx)
}

// ContextError returns the error of a wait that ctx ended: context.Cause(ctx),
// wrapped where needed so that errors.Is(err, ctx.Err()) holds as well.
func ContextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(cause, err) {
		if cause != nil {
			return cause
		}
		return err
	}
	return &contextError{cause, err}
}

// contextError is a cancellation with a cause of the user's.
type contextError struct{ cause, err error }

func (e *contextError) Error() string   { return e.err.Error() + ": " + e.cause.Error() }
func (e *contextError) Unwrap() []error { return []error{e.err, e.cause} }
func (e *contextError) Timeout() bool   { return e.err == context.DeadlineExceeded }
