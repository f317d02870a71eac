//go:build explore

package osbridge

import (
	"context"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/waitcell"
)

// plain says that beds are as simple as they can be. A cell takes a dozen steps for a wait and a wake, and two cells beside
// each other more interleavings than can be visited. That the cell keeps its promises, each interleaving of its own
// was visited for; what the Thread makes of these promises shows as well on a channel that keeps them in one step each:
//
//   - a wake ends a wait, this one or the next, and wakes that nobody has taken are one;
//   - a wait that its context has ended took none.
var plain = false

// A bed is where a Thread waits for calls, and a caller for the end of one.
type bed struct {
	waitcell.Cell
	made    bool
	sleeper park.Sleeper
}

// plainly returns the channel.
func (b *bed) plainly() park.Sleeper {
	if !b.made { // between two steps: nobody else runs
		b.made, b.sleeper = true, park.NewSleeper()
	}
	return b.sleeper
}

// Wake is the cell's. On a channel it does not know if somebody waits, and false promises nothing.
func (b *bed) Wake() bool {
	if !plain {
		return b.Cell.Wake()
	}
	b.plainly().Kick()
	return false
}

// Wait is the caller's.
func (b *bed) Wait(ctx context.Context) error {
	if !plain {
		return lie(ctx, &b.Cell)
	}
	c := b.plainly().C()
	if park.Sleep(c, ctx.Done()) || park.Drain(c) {
		return nil
	}
	return park.ContextError(ctx)
}

// lies is asked before a look, which is no step here.
func (b *bed) lies() bool { return false }

// rest is Wait of the Thread.
func (b *bed) rest(p Policy) {
	if plain {
		b.Wait(context.Background())
		return
	}
	p.Wait(context.Background(), &b.Cell)
}
