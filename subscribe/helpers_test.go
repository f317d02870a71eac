package subscribe_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/subscribe"
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

// What all tests of this package share. The sources are cells, and fakes made by From.

var (
	bg       = context.Background()
	errCause = errors.New("the cable was pulled")
	errAct   = errors.New("the motor is hot")
)

func done() context.Context {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	return ctx
}

func yes() bool { return true }
func no() bool  { return false }

// wantState fails unless the cell's bits are these.
func wantState(t testing.TB, c *waitcell.Cell, want string) {
	t.Helper()
	if got := c.State().String(); got != want {
		t.Errorf("the cell is %s, want %s", got, want)
	}
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

// bubble runs f with fake time; settled returns when every other goroutine in it sleeps.
func bubble(t *testing.T, f func(*testing.T)) { t.Helper(); synctest.Test(t, f) }
func settled()                                { synctest.Wait() }

// in starts f on a goroutine of its own, and returns where its result will be.
func in(f func() error) chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}

// subscriber is a source made of a function.
type subscriber func() subscribe.Subscription

func (f subscriber) Subscribe() subscribe.Subscription { return f() }

// A fake is a source that is not of this module. It counts what it is asked.
type fake struct {
	c                            chan struct{}
	outcome                      error
	registered, taken, cancelled int
	onCancel                     func()
}

func newFake(outcome error) *fake { return &fake{c: make(chan struct{}, 1), outcome: outcome} }

func (f *fake) Subscribe() subscribe.Subscription {
	f.registered++
	return subscribe.From(f.c,
		func() error { f.taken++; return f.outcome },
		func() {
			f.cancelled++
			if f.onCancel != nil {
				f.onCancel()
			}
		})
}

// fire delivers once; shut delivers by closing the channel.
func (f *fake) fire() *fake { f.c <- struct{}{}; return f }
func (f *fake) shut() *fake { close(f.c); return f }

// wantCalls fails unless each registration was ended once, so often by err and so often by cancel.
func (f *fake) wantCalls(t testing.TB, taken, cancelled int) {
	t.Helper()
	if f.taken != taken || f.cancelled != cancelled || f.registered != taken+cancelled {
		t.Errorf("of %d registrations %d were taken and %d cancelled, want %d and %d",
			f.registered, f.taken, f.cancelled, taken, cancelled)
	}
}

// A hooked context calls a function when it is asked for Done: that places what the
// function does between the last look and the sleep.
type hooked struct {
	context.Context
	onDone func()
}

func (h *hooked) Done() <-chan struct{} {
	if f := h.onDone; f != nil {
		h.onDone = nil
		f()
	}
	return h.Context.Done()
}
