package waitcell_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// A condition, an act or a loop body that panics or ends its goroutine leaves nobody registered, the
// cell usable, and a wake that had been delivered by then stored (P7).
func TestCallbackThatDoesNotReturn(t *testing.T) {
	broken := subscriber(func() subscribe.Subscription { panic("no such device") })
	gone := subscriber(func() subscribe.Subscription { runtime.Goexit(); panic("unreachable") })
	calls := map[string]func(c *waitcell.Cell, callback func()){
		"WaitFor": func(c *waitcell.Cell, callback func()) {
			c.WaitFor(bg, func() bool { callback(); return true })
		},
		"WaitForValue": func(c *waitcell.Cell, callback func()) {
			waitcell.WaitForValue(bg, c, func() (int, bool) { callback(); return 0, true })
		},
		"Bound.WaitFor": func(c *waitcell.Cell, callback func()) {
			b := c.Bind(bg)
			defer b.Release()
			b.WaitFor(func() bool { callback(); return true })
		},
		"Until": func(c *waitcell.Cell, callback func()) {
			subscribe.Until(bg, c, func() bool { callback(); return true })
		},
		"UntilValue": func(c *waitcell.Cell, callback func()) {
			subscribe.UntilValue(bg, c, func() (int, bool) { callback(); return 0, true })
		},
		"Do": func(c *waitcell.Cell, callback func()) {
			subscribe.Do(bg, c, func() error { callback(); return nil })
		},
		"Events": func(c *waitcell.Cell, callback func()) {
			c.Wake()
			for range subscribe.Events(bg, c) {
				callback()
			}
		},
		"Any": func(c *waitcell.Cell, callback func()) {
			subscribe.Any(bg, c, subscriber(func() subscribe.Subscription { callback(); return broken() }))
		},
		"All": func(c *waitcell.Cell, callback func()) {
			subscribe.All(bg, c, subscriber(func() subscribe.Subscription { callback(); return gone() }))
		},
		"Wait with a context that panics": func(c *waitcell.Cell, callback func()) {
			c.Wait(&hooked{Context: bg, onDone: callback})
		},
		"Any with a context that panics": func(c *waitcell.Cell, callback func()) {
			subscribe.Any(&hooked{Context: bg, onDone: callback}, c)
		},
	}
	for name, call := range calls {
		for end, leaving := range map[string]func(){
			"panic":  func() { panic("out of paper") },
			"Goexit": runtime.Goexit,
		} {
			t.Run(name+"/"+end, func(t *testing.T) {
				var c waitcell.Cell
				called := false
				leave(func() { call(&c, func() { called = true; leaving() }) })
				if !called {
					t.Fatal("the callback was not called")
				}
				wantUsable(t, &c)
			})
			t.Run(name+"/woken, then "+end, func(t *testing.T) {
				var c waitcell.Cell
				leave(func() { call(&c, func() { c.Wake(); leaving() }) })
				wantState(t, &c, "WOKEN")
				wantErr(t, "the next wait", c.Wait(done()), nil)
				wantUsable(t, &c)
			})
		}
	}
}

// subscriber is a source made of a function.
type subscriber func() subscribe.Subscription

func (f subscriber) Subscribe() subscribe.Subscription { return f() }

// A condition may use the cell that is waited on: wake it, look at it, close it.
func TestConditionThatUsesTheCell(t *testing.T) {
	var c waitcell.Cell
	n := 0
	err := c.WaitFor(bg, func() bool {
		n++
		c.Wake()
		c.State()
		c.Closed()
		return n == 5
	})
	wantErr(t, "WaitFor", err, nil)
	wantPoll(t, &c, true, nil) // of the last evaluation, and it was not needed

	n = 0
	err = c.WaitFor(bg, func() bool { n++; c.CloseWith(errCause); return false })
	wantErr(t, "WaitFor", err, errCause)
}

// A wake that WaitFor was given and did not need stays stored, when the condition is true at once and when
// it becomes true by the wake.
func TestWaitForKeepsWhatItDoesNotNeed(t *testing.T) {
	var c waitcell.Cell
	b := c.Bind(bg)
	defer b.Release()
	yes := func() bool { return true }
	for name, wait := range map[string]func() error{
		"WaitFor":       func() error { return c.WaitFor(bg, yes) },
		"Bound.WaitFor": func() error { return b.WaitFor(yes) },
		"done context":  func() error { return c.WaitFor(done(), yes) },
	} {
		c.Wake()
		wantErr(t, name, wait(), nil)
		wantState(t, &c, "WOKEN")
		wantPoll(t, &c, true, nil)
		wantErr(t, name, wait(), nil)
		wantState(t, &c, "WAITING")
	}
}

// WaitForValue returns what poll returned, and with an error the zero value, whatever poll had returned before.
func TestWaitForValue(t *testing.T) {
	var c waitcell.Cell
	n := 0
	v, err := waitcell.WaitForValue(bg, &c, func() (int, bool) { n++; c.Wake(); return n, n == 3 })
	if v != 3 || err != nil {
		t.Errorf("got %d, %v; want 3, nil", v, err)
	}
	c.Poll()
	ctx, cancel := context.WithCancelCause(bg)
	cancel(errCause)
	v, err = waitcell.WaitForValue(ctx, &c, func() (int, bool) { return 99, false })
	if v != 0 {
		t.Errorf("with an error the value is %d, want 0", v)
	}
	wantErr(t, "WaitForValue", err, errCause)
}
