package waitcell_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rouse-go/rouse/waitcell"
)

// What all tests of this package share. Nothing here sleeps, and nothing measures
// time, but for watch, which only ends a test that would hang.

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

// wantErr fails unless errors.Is(got, want), and for nil unless got is nil.
func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", what, got, want)
	}
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

// wantPanic fails unless f panics with text that begins so.
func wantPanic(t testing.TB, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}()
	f()
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

// together runs all fs at once, and returns when all have.
func together(fs ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, f := range fs {
		wg.Go(func() {
			<-start
			f()
		})
	}
	close(start)
	wg.Wait()
}

// rounds is how often a hammer strikes: about a second's worth with the race detector.
func rounds(n int) int {
	if testing.Short() {
		n /= 10
	}
	if raceEnabled {
		n /= 4
	}
	return n
}

// watch ends the process with what describe says if the test does not end in a
// minute. That is no assertion about time: it replaces go test's ten minutes.
func watch(t testing.TB, describe func() string) {
	timer := time.AfterFunc(time.Minute, func() { panic(t.Name() + " hangs: " + describe()) })
	t.Cleanup(func() { timer.Stop() })
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
