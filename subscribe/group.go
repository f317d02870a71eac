package subscribe

import (
	"context"
	"math/rand/v2"

	"github.com/rouse-go/rouse/internal/park"
)

// Any waits for the first of several sources.
//
//   - i, nil: a wake of srcs[i] was taken, and of no other: a wake that another
//     source had delivered meanwhile is handed on.
//   - i and an error: srcs[i] is closed, or its subscription ended with that error.
//   - -1 and the context's error. If a wake and a cancellation race, the wake wins.
//
// Where several are ready, the search begins at a random one, so that none
// starves. Any registers with all of them before it looks at the first outcome. It starts
// no goroutine, and allocates nothing when it is called for the same sources again, up
// to eight of them; sources made by [From] are the exception, for they are waited
// for by reflect.Select. A Cell must not stand twice among the sources: it holds one
// waiter. Any of no sources panics.
func Any(ctx context.Context, srcs ...Source) (int, error) {
	mustHave(ctx)
	if len(srcs) == 0 {
		panic("subscribe: Any of no sources")
	}
	var g group
	defer g.cancel()
	g.subscribe(srcs)
	for waiting := true; ; waiting = g.sleep(ctx) {
		// [W1] All are registered; now look. A source writes the outcome down before it
		// kicks the sleeper that it finds in its books [W2].
		subs := g.subs()
		first := rand.IntN(len(subs))
		for k := range subs {
			i := (first + k) % len(subs)
			if err := subs[i].r.Take(subs[i].t, false); err != ErrPending {
				return i, err
			}
		}
		if !waiting {
			return -1, park.ContextError(ctx) // only now: a wake that came first wins
		}
	}
}

// All waits until every one of the sources has delivered a wake, and takes them
// together.
//
//   - nil: one wake of each was taken.
//   - an error of a source: it is closed, or its subscription ended so. It is
//     returned as soon as it happens.
//   - the context's error. If it races with the last wake, the wake wins.
//
// With an error no wake was taken: those that were delivered are handed on. (A
// source made by [From] cannot be asked without being taken from: what it delivered
// before another source's error is lost.) All of no sources returns nil.
func All(ctx context.Context, srcs ...Source) error {
	mustHave(ctx)
	var g group
	defer g.cancel()
	g.subscribe(srcs)
	for waiting := true; ; waiting = g.sleep(ctx) {
		pending := false // [W1], as in Any
		for _, s := range g.subs() {
			switch err := s.r.Peek(s.t); err {
			case nil:
			case ErrPending:
				pending = true
			default:
				return err
			}
		}
		if !pending {
			return g.take()
		}
		if !waiting {
			return park.ContextError(ctx)
		}
	}
}
