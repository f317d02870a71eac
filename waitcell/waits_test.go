package waitcell_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// waits are all the ways to wait for a wake: each returns nil when it has consumed exactly one.
var waits = []struct {
	name string
	wait func(ctx context.Context, c *waitcell.Cell) error
}{
	{"Wait", func(ctx context.Context, c *waitcell.Cell) error { return c.Wait(ctx) }},
	{"Subscription.Wait", func(ctx context.Context, c *waitcell.Cell) error {
		sub := c.Subscribe()
		defer sub.Cancel()
		return sub.Wait(ctx)
	}},
	{"select on C", func(ctx context.Context, c *waitcell.Cell) error {
		sub := c.Subscribe()
		defer sub.Cancel() // that hands the wake on where select chose the context
		select {
		case <-sub.C():
			return sub.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}},
	{"Bound.Wait", func(ctx context.Context, c *waitcell.Cell) error {
		b := c.Bind(ctx)
		defer b.Release()
		return b.Wait()
	}},
	{"WaitFor", func(ctx context.Context, c *waitcell.Cell) error { return c.WaitFor(ctx, second()) }},
	{"Bound.WaitFor", func(ctx context.Context, c *waitcell.Cell) error {
		b := c.Bind(ctx)
		defer b.Release()
		return b.WaitFor(second())
	}},
	{"Any", func(ctx context.Context, c *waitcell.Cell) error {
		var other waitcell.Cell
		_, err := subscribe.Any(ctx, &other, c)
		return err
	}},
	{"All", func(ctx context.Context, c *waitcell.Cell) error {
		var other waitcell.Cell
		other.Wake()
		return subscribe.All(ctx, &other, c)
	}},
	{"Events", func(ctx context.Context, c *waitcell.Cell) error {
		for _, err := range subscribe.Events(ctx, c) {
			return err
		}
		panic("unreachable")
	}},
}

// second returns a condition that is true when it is evaluated for the second time: after one wake.
func second() func() bool {
	n := 0
	return func() bool { n++; return n > 1 }
}

// bubble runs f with fake time, where a sleep that is not durable would be found.
func bubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// settled returns when every other goroutine of the bubble sleeps.
func settled() { synctest.Wait() }

// Inside a bubble every sleep is durable: synctest.Wait returns while the waiter sleeps, then a wake ends the sleep.
func TestEverySleepIsDurable(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var c waitcell.Cell
				ctx, cancel := context.WithCancel(bg)
				defer cancel()
				result := make(chan error, 1)
				go func() { result <- w.wait(ctx, &c) }()
				settled()
				wantState(t, &c, "PARKED")
				if !c.Wake() {
					t.Error("Wake found nobody")
				}
				wantErr(t, w.name, <-result, nil)
				wantState(t, &c, "WAITING")
			})
		})
	}
}

// WaitTimeout and deadlines run on the bubble's clock, and end when they should to the nanosecond.
func TestTimeIsTheBubbles(t *testing.T) {
	const d = 42 * time.Minute
	bubble(t, func(t *testing.T) {
		var c waitcell.Cell
		start := time.Now()
		wantErr(t, "WaitTimeout", c.WaitTimeout(d), context.DeadlineExceeded)
		if took := time.Since(start); took != d {
			t.Errorf("WaitTimeout took %v, want %v", took, d)
		}
		wantUsable(t, &c)
		time.AfterFunc(d-1, func() { c.Wake() })
		wantErr(t, "WaitTimeout, woken before", c.WaitTimeout(d), nil)
	})
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var c waitcell.Cell
				ctx, cancel := context.WithTimeout(bg, d)
				defer cancel()
				start := time.Now()
				wantErr(t, w.name, w.wait(ctx, &c), context.DeadlineExceeded)
				if took := time.Since(start); took != d {
					t.Errorf("took %v, want %v", took, d)
				}
				wantUsable(t, &c)
			})
		})
	}
}

// The channel of a registration that came after the close was made outside of all bubbles. It delivers in them, and outside.
func TestSubscribeToAClosedCellInABubble(t *testing.T) {
	check := func(t *testing.T) {
		var c waitcell.Cell
		c.CloseWith(errCause)
		sub := c.Subscribe()
		<-sub.C()
		wantErr(t, "Err", sub.Err(), errCause)
	}
	t.Run("in", func(t *testing.T) { bubble(t, check) })
	t.Run("out", check)
	t.Run("in another", func(t *testing.T) { bubble(t, check) })
}
