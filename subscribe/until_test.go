package subscribe_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Do registers before it acts: a wake that the act itself brings about is found.
func TestDoRegistersBeforeTheAct(t *testing.T) {
	var c waitcell.Cell
	err := subscribe.Do(bg, &c, func() error {
		wantState(t, &c, "PARKED")
		if !c.Wake() {
			t.Error("Wake found nobody")
		}
		return nil
	})
	wantErr(t, "Do", err, nil)
	wantState(t, &c, "WAITING")
}

// An act that fails ends Do with its error, before any wait; a wake that came with it is kept.
func TestDoReturnsTheActsError(t *testing.T) {
	var c waitcell.Cell
	wantErr(t, "Do", subscribe.Do(bg, &c, func() error { return errAct }), errAct)
	wantState(t, &c, "WAITING")
	wantErr(t, "Do", subscribe.Do(bg, &c, func() error { c.Wake(); return errAct }), errAct)
	wantState(t, &c, "WOKEN")
}

// The other outcomes of Do are those of a wait.
func TestDoOutcomes(t *testing.T) {
	nothing := func() error { return nil }
	var c waitcell.Cell
	wantErr(t, "Do", subscribe.Do(done(), &c, nothing), context.Canceled)
	wantErr(t, "Do", subscribe.Do(bg, &c, func() error { c.CloseWith(errCause); return nil }), errCause)
	f := newFake(nil)
	wantErr(t, "Do", subscribe.Do(bg, f, func() error { f.fire(); return nil }), nil)
	f.wantCalls(t, 1, 0)
	wantErr(t, "Do", subscribe.Do(bg, f, func() error { return errAct }), errAct)
	f.wantCalls(t, 1, 1)
}

// Until is registered whenever it evaluates its condition, and evaluates it once more after each wake; it misses no
// change that comes between the look and the sleep.
func TestUntilRegistersBeforeTheLook(t *testing.T) {
	var c waitcell.Cell
	n := 0
	err := subscribe.Until(bg, &c, func() bool {
		wantState(t, &c, "PARKED")
		c.Wake()
		n++
		return n == 4
	})
	wantErr(t, "Until", err, nil)
	if n != 4 {
		t.Errorf("the condition was evaluated %d times, want 4", n)
	}
	wantState(t, &c, "WOKEN") // of the last evaluation: not needed, so handed on
}

// A wake that Until did not need reaches the source: from a cell it can be taken again, and a foreign source is told to hand it on.
func TestUntilHandsOnWhatItDoesNotNeed(t *testing.T) {
	var c waitcell.Cell
	c.Wake()
	wantErr(t, "Until", subscribe.Until(bg, &c, yes), nil)
	wantState(t, &c, "WOKEN")
	f := newFake(nil).fire()
	wantErr(t, "Until", subscribe.Until(bg, f, yes), nil)
	f.wantCalls(t, 0, 1)
}

// Until over a foreign source registers for each round, and ends each registration once.
func TestUntilForeign(t *testing.T) {
	f := newFake(nil)
	n := 0
	wantErr(t, "Until", subscribe.Until(bg, f, func() bool {
		if n++; n < 3 {
			f.fire()
		}
		return n == 3
	}), nil)
	f.wantCalls(t, 2, 1)

	closed := newFake(rouse.ErrClosed).shut()
	n = 0
	wantErr(t, "Until", subscribe.Until(bg, closed, func() bool { n++; return n == 2 }), nil) // true after the close
	closed.wantCalls(t, 1, 0)
	wantErr(t, "Until", subscribe.Until(bg, closed, no), rouse.ErrClosed)
	closed.wantCalls(t, 2, 0)

	silent := newFake(nil)
	wantErr(t, "Until", subscribe.Until(done(), silent, no), context.Canceled)
	silent.wantCalls(t, 0, 1)

	failing := newFake(errCause).fire() // an error that is no close is not followed by another look
	n = 0
	wantErr(t, "Until", subscribe.Until(bg, failing, func() bool { n++; return false }), errCause)
	if n != 1 {
		t.Errorf("the condition was evaluated %d times, want 1", n)
	}
}

// UntilValue returns the value of the poll that succeeded, and with an error the zero value.
func TestUntilValue(t *testing.T) {
	var c waitcell.Cell
	n := 0
	v, err := subscribe.UntilValue(bg, &c, func() (string, bool) {
		c.Wake()
		n++
		return fmt.Sprint("try ", n), n == 3
	})
	if v != "try 3" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
	for name, ctx := range map[string]context.Context{"cancelled": done(), "closed": bg} {
		var c waitcell.Cell
		if name == "closed" {
			c.Close()
		}
		v, err := subscribe.UntilValue(ctx, &c, func() (string, bool) { return "not yet", false })
		if v != "" || err == nil {
			t.Errorf("%s: got %q, %v; want the zero value and an error", name, v, err)
		}
	}
}

// Events numbers the wakes from 1, and ends with the number of the last and the error.
func TestEventsNumbers(t *testing.T) {
	for _, end := range []error{context.Canceled, errCause} {
		var c waitcell.Cell
		ctx, cancel := context.WithCancel(bg)
		c.Wake()
		var seen []string
		for n, err := range subscribe.Events(ctx, &c) {
			seen = append(seen, fmt.Sprint(n, " ", err != nil))
			switch {
			case err != nil:
				wantErr(t, "the end", err, end) // and the loop ends by itself
			case n < 4:
				if !c.Wake() {
					t.Error("not registered while the body runs")
				}
			case end == errCause:
				c.CloseWith(errCause)
			default:
				cancel()
			}
		}
		cancel()
		if got := fmt.Sprint(seen); got != "[1 false 2 false 3 false 4 false 4 true]" {
			t.Errorf("Events yielded %s", got)
		}
	}
}

// A loop left by break, panic or Goexit leaves nobody registered, and the wake that was delivered meanwhile goes back.
func TestEventsLeft(t *testing.T) {
	for name, leaving := range map[string]func(){
		"return": func() {},
		"panic":  func() { panic("out of paper") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			var c waitcell.Cell
			c.Wake()
			leave(func() {
				for range subscribe.Events(bg, &c) {
					c.Wake()
					leaving()
					break
				}
			})
			wantState(t, &c, "WOKEN")
		})
	}
}

// The same Events can be ranged over again, and count from 1 again; a foreign source is registered with for each step.
func TestEventsAgain(t *testing.T) {
	f := newFake(nil)
	events := subscribe.Events(bg, f)
	for round := range 2 {
		f.fire()
		for n, err := range events {
			if n != 1 || err != nil {
				t.Errorf("round %d: %d, %v", round, n, err)
			}
			break
		}
	}
	f.wantCalls(t, 2, 2)
}
