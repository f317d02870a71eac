package waitcell_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Close and CloseWith in every state of the table: the waits that find the close return ErrClosed itself when there
// was no cause, and otherwise an error that is both; a second close changes nothing about it.
func TestCloseInEveryState(t *testing.T) {
	for _, cause := range []error{nil, errCause} {
		name := "cause"
		if cause == nil {
			name = "no cause"
		}
		for _, r := range table {
			if !r.close && r.closeTo == r.state {
				continue // closed before
			}
			t.Run(name+"/"+r.state, func(t *testing.T) {
				s := r.build(new(waitcell.Cell))
				if got := s.cell.CloseWith(cause); got != r.close {
					t.Errorf("CloseWith: %v, want %v", got, r.close)
				}
				wantState(t, s.cell, r.closeTo)
				if s.cell.CloseWith(errAbort) || s.cell.Close() {
					t.Error("a second close woke somebody")
				}
				if r.hasHolder {
					want := r.take
					if r.close {
						want = rouse.ErrClosed
					}
					err := s.holder.Err()
					wantErr(t, "the waiter", err, want)
					if err != nil {
						wantCause(t, err, cause)
					}
				}
				for stored, err := s.cell.Poll(); ; stored, err = s.cell.Poll() {
					if !stored {
						wantCause(t, err, cause)
						break
					}
				}
				for _, w := range waits {
					if wantAfterClose(w.name) != nil {
						wantCause(t, w.wait(bg, s.cell), cause)
					}
				}
				wantCause(t, s.cell.WaitTimeout(0), cause)
				wantCause(t, s.cell.WaitTimeout(1), cause)
				wantState(t, s.cell, "CLOSED")
			})
		}
	}
}

// wantCause checks the error of a wait on a cell that was closed with cause.
func wantCause(t testing.TB, err, cause error) {
	t.Helper()
	if !errors.Is(err, rouse.ErrClosed) || errors.Is(err, errAbort) {
		t.Errorf("got %v, want the closed error of the first close", err)
		return
	}
	var value rouse.ClosedError
	var pointer *rouse.ClosedError
	if cause == nil {
		if err != rouse.ErrClosed {
			t.Errorf("without a cause the error is %#v, want ErrClosed itself", err)
		}
		return
	}
	if !errors.Is(err, cause) {
		t.Errorf("%v is not the cause %v", err, cause)
	}
	if !errors.As(err, &value) || value.Cause != cause {
		t.Errorf("As found no ClosedError in %v", err)
	}
	if !errors.As(err, &pointer) || pointer.Cause != cause {
		t.Errorf("As found no *ClosedError in %v", err)
	}
}

// The cause is found through, by Is and As, when it wraps others.
func TestCauseThatWraps(t *testing.T) {
	var c waitcell.Cell
	c.CloseWith(&fs.PathError{Op: "read", Path: "/dev/x", Err: errCause})
	err := c.Wait(bg)
	wantErr(t, "Wait", err, errCause)
	var path *fs.PathError
	if !errors.As(err, &path) || path.Path != "/dev/x" {
		t.Errorf("As found no PathError in %v", err)
	}
}

// A closed cell's error comes before that of a context that is done: it is final, and the other is not.
func TestClosedBeatsDoneContext(t *testing.T) {
	var c waitcell.Cell
	b := c.Bind(done())
	defer b.Release()
	c.Close()
	wantErr(t, "Wait", c.Wait(done()), rouse.ErrClosed)
	wantErr(t, "Bound.Wait", b.Wait(), rouse.ErrClosed)
	wantErr(t, "Subscription.Wait", c.Subscribe().Wait(done()), rouse.ErrClosed)
}

// A condition that is true beats the closed error, also when it became true only after the close had woken the
// waiter; one that is false does not.
func TestWaitForLooksOnceMoreAfterClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, true2 := range []bool{true, false} {
			var c waitcell.Cell
			ready, result := false, make(chan error, 1)
			go func() { result <- c.WaitFor(bg, func() bool { return ready }) }()
			settled()
			ready = true2
			c.Close()
			err := <-result
			if true2 {
				wantErr(t, "WaitFor, true by then", err, nil)
			} else {
				wantErr(t, "WaitFor, still false", err, rouse.ErrClosed)
			}
		}
	})
}

// A condition is evaluated twice on a closed cell, and no more: once registered, once after the close.
func TestWaitForOnAClosedCell(t *testing.T) {
	var c waitcell.Cell
	c.Close()
	n := 0
	wantErr(t, "WaitFor", c.WaitFor(bg, func() bool { n++; return false }), rouse.ErrClosed)
	if n != 2 {
		t.Errorf("the condition was evaluated %d times, want 2", n)
	}
	v, err := waitcell.WaitForValue(bg, &c, func() (int, bool) { return 7, true })
	if v != 7 || err != nil {
		t.Errorf("WaitForValue: %d, %v", v, err)
	}
}

// Closes with different causes at once: one of them decides, exactly one wakes the waiter, and every wait ever after
// names the same.
func TestFirstCauseWins(t *testing.T) {
	causes := []error{errCause, errAbort, context.Canceled}
	for range rounds(10_000) {
		var c waitcell.Cell
		sub := c.Subscribe()
		woke := make([]bool, len(causes))
		var closers []func()
		for i, cause := range causes {
			closers = append(closers, func() { woke[i] = c.CloseWith(cause) })
		}
		var err error
		together(append(closers, func() { err = sub.Wait(bg) })...)
		n := 0
		for _, w := range woke {
			if w {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d closes woke the one waiter", n)
		}
		if next := c.Wait(bg); next != err || !errors.Is(err, rouse.ErrClosed) {
			t.Fatalf("the waiter got %v, the next %v", err, next)
		}
	}
}

// A subscription that was made after the close answers the closed error each time, and has nothing to end.
func TestSubscribeAfterClose(t *testing.T) {
	var c waitcell.Cell
	c.CloseWith(errCause)
	sub := c.Subscribe()
	for range 2 {
		<-sub.C()
		wantErr(t, "Err", sub.Err(), errCause)
		wantErr(t, "Wait", sub.Wait(bg), errCause)
		sub.Cancel()
	}
	var s subscribe.Source = &c
	wantErr(t, "Until", subscribe.Until(bg, s, func() bool { return false }), errCause)
}
