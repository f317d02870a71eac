package waitcell_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Hammers: real threads, many rounds, and a count that must come out in each. They are to be run with the race detector.

// A wake beside a cancellation: either the wait returns nil and the wake is gone, or it returns the context's error and the
// wake is stored. It is never both, and never neither.
func TestWakeBesideCancel(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			var c waitcell.Cell
			watch(t, func() string { return c.State().String() })
			for range rounds(4_000) {
				ctx, cancel := context.WithCancel(bg)
				var err error
				var woke bool
				together(
					func() { err = w.wait(ctx, &c) },
					func() { woke = c.Wake() },
					cancel,
				)
				stored, _ := c.Poll()
				if stored != (err != nil) {
					t.Fatalf("the wait returned %v, and a wake is stored: %v", err, stored)
				}
				if woke && err != nil && w.name != "select on C" && w.name != "Any" && w.name != "All" {
					// Those three may leave after the cancellation and be given the wake on their way out: they hand it back.
					t.Fatalf("Wake woke a waiter, and that returned %v", err)
				}
				wantState(t, &c, "WAITING")
			}
		})
	}
}

// A wake, then a close, beside waits in a loop: exactly one of them returns nil, for a wake delivered before the close
// is still delivered; then all fail.
func TestWakeThenCloseBesideWaits(t *testing.T) {
	for _, w := range waits {
		if wantAfterClose(w.name) == nil {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			var c *waitcell.Cell
			watch(t, func() string { return c.State().String() })
			for range rounds(4_000) {
				c = new(waitcell.Cell)
				var n int
				var err error
				var closed bool
				together(
					func() {
						for err = w.wait(bg, c); err == nil; err = w.wait(bg, c) {
							n++
						}
					},
					func() { c.Wake(); closed = c.Close() },
				)
				wantErr(t, w.name, err, rouse.ErrClosed)
				if n != 1 {
					t.Fatalf("%d waits got the wake; Close returned %v", n, closed)
				}
				wantState(t, c, "CLOSED")
			}
		})
	}
}

// Wakes from several goroutines beside waits that are cancelled: of those that returned true each was taken by a wait or is
// stored; and no more were taken than were sent.
func TestWakesAreConserved(t *testing.T) {
	for _, w := range waits {
		if w.name == "select on C" || w.name == "Any" || w.name == "All" {
			continue // hands back what it is given on its way out, and then two may become one
		}
		t.Run(w.name, func(t *testing.T) {
			var c waitcell.Cell
			const wakers = 2
			n := rounds(8_000)
			var woke, taken, running atomic.Int64
			running.Store(wakers)
			wake := func() {
				for range n {
					if c.Wake() {
						woke.Add(1)
					}
				}
				running.Add(-1)
			}
			together(wake, wake, func() {
				for running.Load() > 0 {
					ctx, cancel := context.WithCancel(bg)
					go cancel()
					if w.wait(ctx, &c) == nil {
						taken.Add(1)
					}
					<-ctx.Done()
				}
			})
			left := int64(0)
			if stored, _ := c.Poll(); stored {
				left = 1
			}
			if sent := int64(wakers * n); woke.Load() > taken.Load()+left || taken.Load()+left > sent || taken.Load()+left == 0 {
				t.Errorf("%d sent, %d woke a waiter, %d taken, %d left", sent, woke.Load(), taken.Load(), left)
			}
			wantState(t, &c, "WAITING")
		})
	}
}

// One wake is under way at any time: the next is sent when the one before has been taken. Three goroutines wait for it in every way there
// is, take each other's place, cancel, and give up what they had been given. So no wakes meet, and the
// count must be exact: one more and it was taken twice, one less and the test hangs.
func TestOneWakeAtATime(t *testing.T) {
	var c, other waitcell.Cell
	var taken atomic.Int64
	watch(t, func() string { return fmt.Sprint(c.State(), " after ", taken.Load()) })
	took, stop := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for k := range 3 {
		wg.Go(func() {
			p := player{rand.New(rand.NewPCG(uint64(k), 1)), &c, &other}
			for {
				select {
				case <-stop:
					return
				default:
				}
				if p.play() {
					taken.Add(1)
					select {
					case took <- struct{}{}:
						runtime.Gosched() // to the sender of the next
					case <-stop: // closed, and so WaitFor was content
					}
				}
			}
		})
	}
	n := rounds(2_000)
	for i := range n {
		c.Wake()
		<-took
		if got := taken.Load(); got != int64(i+1) {
			t.Errorf("%d wakes were sent, and %d taken", i+1, got)
			break
		}
	}
	close(stop)
	c.Close()
	wg.Wait()
	wantState(t, &c, "CLOSED")
	wantState(t, &other, "WAITING")
}

type player struct {
	rand     *rand.Rand
	c, other *waitcell.Cell
}

// play waits in one of many ways, and reports whether it took a wake.
func (p *player) play() bool {
	ctx, cancel := context.WithCancel(bg)
	defer func() { cancel(); <-ctx.Done() }()
	if p.rand.IntN(2) == 0 {
		go cancel()
	} else {
		defer p.c.Subscribe().Cancel() // puts another out of its place, or hands on
	}
	ctx, cancel2 := context.WithCancel(ctx)
	defer cancel2()
	go cancel2()
	switch k := p.rand.IntN(len(waits) + 4); k {
	default:
		return waits[k].wait(ctx, p.c) == nil
	case len(waits):
		woken, _ := p.c.Poll()
		return woken
	case len(waits) + 1:
		return p.c.WaitTimeout(1) == nil
	case len(waits) + 2:
		sub := p.c.Subscribe()
		sub.Cancel()
		return sub.Err() == nil
	case len(waits) + 3:
		i, err := subscribe.Any(ctx, p.c, p.other)
		return i == 0 && err == nil
	}
}

// After a subscription whose channel the user has is over, in whatever way it met the wake, the next one's
// channel delivers only for the next one.
func TestNoTokenIsLeftBehind(t *testing.T) {
	for name, end := range map[string]func(subscribe.Subscription){
		"C, Cancel": func(s subscribe.Subscription) { s.C(); s.Cancel() },
		"C, Err":    func(s subscribe.Subscription) { s.C(); s.Err(); s.Cancel() },
		"Err":       func(s subscribe.Subscription) { s.Err(); s.Cancel() },
		"<-C, Err":  func(s subscribe.Subscription) { <-s.C(); s.Err() },
		"Wait":      func(s subscribe.Subscription) { s.Wait(done()); s.Cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			var c waitcell.Cell
			watch(t, func() string { return c.State().String() })
			for range rounds(15_000) {
				sub := c.Subscribe()
				together(
					func() { c.Wake() },
					func() { end(sub) },
				)
				c.Poll()
				wantState(t, &c, "WAITING")
				sub = c.Subscribe()
				select {
				case <-sub.C():
					t.Fatalf("C delivered for a registration that is over; Err: %v", sub.Err())
				default:
				}
				sub.Cancel()
			}
		})
	}
}

// Everything that can be done to a cell at once, and a close: all of it ends, by the close at the latest.
func TestCloseBesideEverything(t *testing.T) {
	var c *waitcell.Cell
	watch(t, func() string { return c.State().String() })
	for range rounds(400) {
		c = new(waitcell.Cell)
		var ops []func()
		for _, w := range waits {
			ops = append(ops, func() {
				for {
					err := w.wait(bg, c)
					if errors.Is(err, errCause) || err == nil && c.Closed() {
						return
					}
					if err != nil && err != waitcell.ErrReplaced {
						t.Errorf("%s: %v", w.name, err)
					}
				}
			})
		}
		ops = append(ops,
			func() { c.Wake(); c.Wake() },
			func() { c.Subscribe().Cancel() },
			func() { c.WaitTimeout(1) },
			func() { c.CloseWith(errCause) },
			func() { c.CloseWith(errCause) },
		)
		together(ops...)
		c.Poll()
		wantState(t, c, "CLOSED")
	}
}

// The end of a delivered registration beside another wake, or a close, that comes into the word meanwhile: both are still
// there afterwards (leaving WAKING must not be a plain store).
func TestEndKeepsWhatCameMeanwhile(t *testing.T) {
	for name, r := range map[string]struct {
		end  func(subscribe.Subscription)
		come func(*waitcell.Cell)
		left string
	}{
		"Err, Wake":     {func(s subscribe.Subscription) { s.Err() }, func(c *waitcell.Cell) { c.Wake() }, "WOKEN"},
		"Cancel, Wake":  {subscribe.Subscription.Cancel, func(c *waitcell.Cell) { c.Wake() }, "WOKEN"},
		"Err, Close":    {func(s subscribe.Subscription) { s.Err() }, func(c *waitcell.Cell) { c.Close() }, "CLOSED"},
		"Cancel, Close": {subscribe.Subscription.Cancel, func(c *waitcell.Cell) { c.Close() }, "WOKEN|CLOSED"},
	} {
		t.Run(name, func(t *testing.T) {
			// The two meet at a turn number, and not at a channel, so that they meet within nanoseconds.
			var turn, came atomic.Int64
			var c *waitcell.Cell
			n := int64(rounds(40_000))
			var other sync.WaitGroup
			other.Go(func() {
				for i := int64(1); i <= n; i++ {
					for turn.Load() < i {
						runtime.Gosched()
					}
					r.come(c)
					came.Store(i)
				}
			})
			for i := int64(1); i <= n; i++ {
				c = new(waitcell.Cell)
				sub := c.Subscribe()
				c.Wake()
				turn.Store(i)
				r.end(sub)
				for came.Load() < i {
					runtime.Gosched()
				}
				if got := c.State().String(); got != r.left {
					t.Errorf("round %d: the cell is %s, want %s", i, got, r.left)
					turn.Store(n)
					break
				}
			}
			other.Wait()
		})
	}
}
