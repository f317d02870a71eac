package waitcell_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitcell"
)

// A Bound's waits end when its context is done, from the first one after that on, with the cause; a stored wake still comes first.
func TestBoundEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c waitcell.Cell
		ctx, cancel := context.WithCancelCause(bg)
		b := c.Bind(ctx)
		defer b.Release()
		result := make(chan error, 1)
		go func() { result <- b.Wait() }()
		settled()
		cancel(errCause)
		err := <-result
		wantErr(t, "Wait", err, context.Canceled)
		wantErr(t, "Wait", err, errCause)
		c.Wake()
		wantErr(t, "with a wake stored", b.Wait(), nil)
		wantErr(t, "after that", b.Wait(), context.Canceled)
		wantErr(t, "WaitFor", b.WaitFor(func() bool { return false }), errCause)
		wantUsable(t, &c)
	})
}

// The token by which the context kicks a Bound is not mistaken for a wake, nor is one lost to it: the two come
// together, and the first wait gets the wake, the second the error.
func TestBoundWokenAndCancelledAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c waitcell.Cell
		ctx, cancel := context.WithCancel(bg)
		b := c.Bind(ctx)
		defer b.Release()
		result := make(chan error, 1)
		go func() { result <- b.Wait() }()
		settled()
		c.Wake()
		cancel()
		wantErr(t, "the first", <-result, nil)
		settled() // the kick of the context has come, and nobody took it
		wantErr(t, "the second", b.Wait(), context.Canceled)
		wantPoll(t, &c, false, nil)
	})
}

// Two Bounds and a plain wait take turns at one cell, and put each other out of their place: each goes on with its own
// sleeper and its own context.
func TestBoundsTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c waitcell.Cell
		ctx, cancel := context.WithCancel(bg)
		defer cancel()
		a, b := c.Bind(ctx), c.Bind(bg)
		defer a.Release()
		defer b.Release()
		plain := func() error { return c.Wait(bg) }
		turns := []func() error{a.Wait, b.Wait, plain, a.Wait, plain, b.Wait, a.Wait, b.Wait, plain, plain, a.Wait}
		var last chan error
		for i, wait := range turns {
			result := make(chan error, 1)
			go func() { result <- wait() }()
			settled()
			if i > 0 {
				wantErr(t, "the one before", <-last, waitcell.ErrReplaced)
			}
			last = result
		}
		if !c.Wake() {
			t.Error("Wake found nobody")
		}
		wantErr(t, "the last", <-last, nil)
		cancel()
		wantErr(t, "the one with the context", a.Wait(), context.Canceled)
		c.Wake()
		wantErr(t, "the one without", b.Wait(), nil)
	})
}

// After the close a Bound says so, also when its context is done, and takes what was stored before.
func TestBoundOnAClosedCell(t *testing.T) {
	var c waitcell.Cell
	ctx, cancel := context.WithCancel(bg)
	b := c.Bind(ctx)
	defer b.Release()
	c.Wake()
	c.Close()
	cancel()
	wantErr(t, "the stored wake", b.Wait(), nil)
	wantErr(t, "Wait", b.Wait(), rouse.ErrClosed)
	wantErr(t, "WaitFor", b.WaitFor(func() bool { return false }), rouse.ErrClosed)
	wantErr(t, "WaitFor, true", b.WaitFor(func() bool { return true }), nil)
}

// The loop of the documentation, beside a waker: every event is seen, although wakes coalesce.
func TestBoundLoop(t *testing.T) {
	var c waitcell.Cell
	watch(t, func() string { return c.State().String() })
	events := make(chan int, 16)
	n := rounds(40_000)
	sum := 0
	together(
		func() {
			for i := range n {
				events <- i
				c.Wake()
			}
			c.Close()
		},
		func() {
			b := c.Bind(bg)
			defer b.Release()
			for err := error(nil); err == nil; err = b.Wait() {
				for len(events) > 0 {
					sum += <-events
				}
			}
		},
	)
	if len(events) > 0 {
		t.Errorf("the loop ended with %d events not seen", len(events))
	}
	if want := n * (n - 1) / 2; sum != want {
		t.Errorf("the sum is %d, want %d", sum, want)
	}
}
