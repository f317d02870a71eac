package subscribe

import (
	"context"

	"github.com/rouse-go/rouse/internal/park"
)

// A Source is something that can be waited for: waitcell.Cell, waitqueue.Queue
// and whatever else has a Subscribe method of this form. A source of your own
// returns the subscription of one of this module's, or one made by [From].
type Source interface {
	// Subscribe registers the caller. A wake that comes after it has returned
	// reaches the subscription, or somebody who subscribed before.
	Subscribe() Subscription
}

// ErrPending is what Err returns while nothing was delivered.
var ErrPending = park.ErrPending

// ErrEnded is what Err and Wait return for a subscription that is over: it was
// cancelled, or its outcome was taken already. The zero Subscription is over.
var ErrEnded = park.ErrEnded

// A Subscription is one registration with a source: a place in line, held from
// Subscribe until it ends. It ends when its outcome is taken, by Wait or Err, or by
// Cancel. The idiom is
//
//	sub := cell.Subscribe()
//	defer sub.Cancel()
//	... act ...
//	err := sub.Wait(ctx)
//
// and where there is more to wait for than one source and one context
//
//	select {
//	case <-sub.C():
//		err = sub.Err()
//	case <-other:
//	}
//
// It is a value and allocates nothing. A subscription belongs to one goroutine
// at a time; the source may be used by all of them meanwhile. Once it is over,
// none of its methods touches anybody else's registration.
type Subscription struct {
	r park.Registration
	t park.Ticket
}

// New returns a subscription of one of this module's own sources. Others use [From].
func New(r park.Registration, t park.Ticket) Subscription { return Subscription{r, t} }

// C returns a channel for select. It delivers once: when the subscription was
// given a wake, when the source was closed, or when another waiter replaced it.
// Then call Err. After the subscription is over, do not receive from it.
func (s Subscription) C() <-chan struct{} {
	if s.r == nil {
		return nil
	}
	s.r.Expose(s.t)
	return s.r.C()
}

// Err returns what C has delivered, and ends the subscription.
//
//   - nil: a wake was taken.
//   - the closed error: the source is closed.
//   - another error of the source, as waitcell.ErrReplaced.
//   - ErrPending: nothing was delivered yet. The subscription goes on.
//   - ErrEnded: the subscription was over before. One that was replaced, or was made after
//     the source was closed, answers that error each time.
func (s Subscription) Err() error {
	if s.r == nil {
		return ErrEnded
	}
	return s.r.Take(s.t, false)
}

// Wait blocks until there is an outcome, takes it, and so ends the
// subscription. The outcomes are Err's, and the context's error if ctx is done
// first; where both happen the wake wins.
func (s Subscription) Wait(ctx context.Context) error {
	mustHave(ctx)
	if s.r == nil {
		return ErrEnded
	}
	if err := s.r.Take(s.t, false); err != ErrPending {
		return err
	}
	if b, ok := s.r.(park.Berth); ok {
		return b.Rest(ctx, s.t)
	}
	return park.Await(ctx, ctx.Done(), s.r, s.t)
}

// Cancel ends the subscription. A wake that was delivered to it and not taken is
// handed on: to the next waiter in line, or back to where the source stores wakes. Cancel
// after the end does nothing, so it can always be deferred.
func (s Subscription) Cancel() {
	if s.r != nil {
		s.r.Cancel(s.t)
	}
}

func mustHave(ctx context.Context) {
	if ctx == nil {
		panic("subscribe: nil context")
	}
}
