package waitcell_test

import (
	"context"
	"errors"
	"testing"

	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/waitcell"
)

// What the tests of all packages share.
var (
	wantErr   = trial.WantErr
	wantPanic = trial.WantPanic
	together  = trial.Together
	rounds    = trial.Rounds
	watch     = trial.Watch
)

const raceEnabled = trial.Race

// What all tests of this package share. Nothing here sleeps and nothing measures time.

var (
	bg       = context.Background()
	errCause = errors.New("the cable was pulled")
	errAbort = errors.New("the user went away")
)

// done returns a context that is cancelled already.
func done() context.Context {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	return ctx
}

// open returns a context that can be cancelled, and is when the test ends.
func open(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(bg)
	t.Cleanup(cancel)
	return ctx
}

// wantState fails unless the cell's bits are these.
func wantState(t testing.TB, c *waitcell.Cell, want string) {
	t.Helper()
	if got := c.State().String(); got != want {
		t.Errorf("the cell is %s, want %s", got, want)
	}
}

// wantPoll fails unless Poll answers so.
func wantPoll(t testing.TB, c *waitcell.Cell, woken bool, want error) {
	t.Helper()
	if ok, err := c.Poll(); ok != woken || !errors.Is(err, want) {
		t.Errorf("Poll: %v, %v; want %v, %v", ok, err, woken, want)
	}
}

// wantUsable fails unless c is idle, and takes and gives a wake as a new one does.
func wantUsable(t testing.TB, c *waitcell.Cell) {
	t.Helper()
	wantState(t, c, "WAITING")
	sub := c.Subscribe()
	if !c.Wake() {
		t.Error("Wake did not find the new waiter")
	}
	wantErr(t, "the new waiter", sub.Wait(bg), nil)
	wantState(t, c, "WAITING")
}

// leave runs f on a goroutine of its own until that ends, by return, panic or Goexit.
func leave(f func()) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() { _ = recover() }()
		f()
	}()
	<-over
}

// A hooked context calls a function of the test's when it is asked something: that
// places what the function does at one point inside the wait.
type hooked struct {
	context.Context
	onErr, onDone func()
}

func (h *hooked) Err() error {
	if f := h.onErr; f != nil {
		h.onErr = nil
		f()
	}
	return h.Context.Err()
}

func (h *hooked) Done() <-chan struct{} {
	if f := h.onDone; f != nil {
		h.onDone = nil
		f()
	}
	return h.Context.Done()
}
