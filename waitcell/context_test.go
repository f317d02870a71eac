package waitcell_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rouse-go/rouse/waitcell"
)

// A context that is done fails a wait at once, with an error that is ctx.Err() and the cause as well, and takes
// nothing; but a stored wake comes first.
func TestDoneContext(t *testing.T) {
	for _, w := range waits {
		ctx, cancel := context.WithCancelCause(bg)
		cancel(errCause)
		var c waitcell.Cell
		err := w.wait(ctx, &c)
		wantErr(t, w.name, err, context.Canceled)
		if w.name != "select on C" { // that one returns ctx.Err() by itself
			wantErr(t, w.name, err, errCause)
		}
		wantUsable(t, &c)
	}
	var c waitcell.Cell
	b := c.Bind(done())
	defer b.Release()
	for name, wait := range map[string]func() error{
		"Wait":              func() error { return c.Wait(done()) },
		"Bound.Wait":        b.Wait,
		"Subscription.Wait": func() error { return c.Subscribe().Wait(done()) },
	} {
		c.Wake()
		wantErr(t, name+" with a wake stored", wait(), nil)
		wantErr(t, name+" without", wait(), context.Canceled)
	}
}

// An error of a context that is done already, by a deadline or by cancellation, is also found through a cause that wraps it.
func TestCauseThatIsTheContextsError(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	both := errors.Join(errCause, context.Canceled)
	cancel(both)
	var c waitcell.Cell
	if err := c.Wait(ctx); err != both {
		t.Errorf("Wait: %v, want the cause itself, as it says everything", err)
	}
}

// A zero or negative timeout polls.
func TestWaitTimeoutPolls(t *testing.T) {
	for _, d := range []int64{0, -1, -1 << 63} {
		var c waitcell.Cell
		timeout := func() error { return c.WaitTimeout(time.Duration(d)) }
		wantErr(t, "nothing there", timeout(), context.DeadlineExceeded)
		c.Wake()
		wantErr(t, "a wake stored", timeout(), nil)
		c.Wake()
		c.CloseWith(errCause)
		wantErr(t, "a wake stored, then closed", timeout(), nil)
		wantErr(t, "closed", timeout(), errCause)
	}
}

// A wake that came before the cancellation wins, wherever in the wait both come: here between the
// look at what is stored and the look at the context. If the wait does return the context's
// error, it must have come before the wake.
func TestWakeBeforeCancelWinsAtEveryStep(t *testing.T) {
	for _, w := range waits {
		if w.name == "select on C" {
			continue // its select is the test's own, and chooses freely
		}
		for _, at := range []string{"Err", "Done"} {
			if at == "Err" && w.name != "Wait" && w.name != "Bound.Wait" {
				continue // the others ask for it only after the cancellation
			}
			t.Run(w.name+"/"+at, func(t *testing.T) {
				for range 50 { // a select that finds both tosses a coin
					var c waitcell.Cell
					ctx, cancel := context.WithCancel(bg)
					h := &hooked{Context: ctx}
					both := func() { c.Wake(); cancel() }
					if at == "Err" {
						h.onErr = both
					} else {
						h.onDone = both
					}
					if err := w.wait(h, &c); err != nil {
						t.Fatalf("woken, then cancelled, both during the wait: %v; the cell is %s", err, c.State())
					}
					cancel()
					if stored, _ := c.Poll(); stored {
						t.Fatal("one wake was taken twice")
					}
				}
			})
		}
	}
}

// The wake wins where the waiter sleeps, and finds it and the cancellation when it wakes up.
func TestWakeBeforeCancelWinsInSleep(t *testing.T) {
	for _, w := range waits {
		if w.name == "select on C" {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				for range 30 {
					var c waitcell.Cell
					ctx, cancel := context.WithCancelCause(bg)
					result := make(chan error, 1)
					go func() { result <- w.wait(ctx, &c) }()
					settled()
					if !c.Wake() {
						t.Error("Wake found nobody")
					}
					cancel(errCause)
					wantErr(t, w.name, <-result, nil)
					wantState(t, &c, "WAITING")
				}
			})
		})
	}
}

// The other order: cancelled first, then woken. The wait may have left by then or not; the wake is taken or stored.
func TestCancelBeforeWakeLosesNothing(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				for range 30 {
					var c waitcell.Cell
					ctx, cancel := context.WithCancel(bg)
					result := make(chan error, 1)
					go func() { result <- w.wait(ctx, &c) }()
					settled()
					cancel()
					c.Wake()
					err := <-result
					if stored, _ := c.Poll(); stored != (err != nil) {
						t.Errorf("%s returned %v, and a wake is stored: %v", w.name, err, stored)
					}
				}
			})
		})
	}
}

// Poll and a timeout of zero never claim that a cell is closed while a wake from before the
// close is stored in it (P6): the one who closes wakes first.
func TestNoLookFindsTheCloseBeforeTheWake(t *testing.T) {
	for name, look := range map[string]func(*waitcell.Cell) (bool, error){
		"Poll": (*waitcell.Cell).Poll,
		"WaitTimeout": func(c *waitcell.Cell) (bool, error) {
			err := c.WaitTimeout(0)
			if errors.Is(err, context.DeadlineExceeded) {
				return false, nil
			}
			return err == nil, err
		},
		"Bound.Wait": func(c *waitcell.Cell) (bool, error) {
			b := c.Bind(bg)
			defer b.Release()
			err := b.Wait()
			return err == nil, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range rounds(5_000) {
				var c waitcell.Cell
				var err error
				together(
					func() { c.Wake(); c.Close() },
					func() {
						for woken := false; !woken && err == nil; {
							woken, err = look(&c)
						}
					},
				)
				if err != nil {
					t.Fatalf("%v, and the cell is %s", err, c.State())
				}
			}
		})
	}
}
