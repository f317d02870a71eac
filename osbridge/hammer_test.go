package osbridge_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Hammers: real threads, many rounds, and a count that must come out in each. They are to be run with the race detector.

// A wake beside a cancellation, as the thread goes to sleep: either the wait returns nil and the wake is
// gone, or it returns the context's error and the wake is stored.
func TestWakeBesideCancel(t *testing.T) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			var c waitcell.Cell
			watch(t, func() string { return c.State().String() })
			for range rounds(2_000) {
				ctx, cancel := context.WithCancel(bg)
				var err error
				together(
					func() { err = w.wait(ctx, &c) },
					func() { c.Wake() },
					cancel,
				)
				stored, _ := c.Poll()
				if stored != (err != nil) {
					t.Fatalf("the wait returned %v, and a wake is stored: %v", err, stored)
				}
				wantState(t, &c, "WAITING")
			}
		})
	}
}

// A cancellation alone ends a wait, whenever it comes: before the thread sleeps, as it goes to sleep, or later.
func TestCancelAsTheThreadGoesToSleep(t *testing.T) {
	var c waitcell.Cell
	watch(t, func() string { return c.State().String() })
	for range rounds(4_000) {
		ctx, cancel := context.WithCancel(bg)
		var err error
		together(func() { err = sleepy.Wait(ctx, &c) }, cancel)
		wantErr(t, "Wait", err, context.Canceled)
		wantState(t, &c, "WAITING")
	}
}

// What was written before a wake is seen after the wait that takes it (P2), in both directions; threads and a goroutine take turns
// in the same two cells.
func TestPingPongByTurns(t *testing.T) {
	var ping, pong waitcell.Cell
	watch(t, func() string { return fmt.Sprint(ping.State(), " ", pong.State()) })
	var ball int // guarded by the cells alone
	n := rounds(20_000)
	wait := func(c *waitcell.Cell, i int) error {
		switch i % 4 {
		case 0:
			return c.Wait(bg)
		case 1:
			return osbridge.WaitTimeout(c, time.Hour)
		case 2:
			return sleepy.Wait(bg, c)
		}
		return osbridge.Wait(bg, c)
	}
	player := func(mine, other *waitcell.Cell, turn int) func() {
		return func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for i := range n {
				if turn == 1 || i > 0 {
					if err := wait(mine, i*7/3); err != nil {
						t.Error(err)
						return
					}
				}
				if ball != 2*i+turn {
					t.Errorf("round %d: the ball is at %d", i, ball)
				}
				ball++
				other.Wake()
			}
		}
	}
	together(player(&ping, &pong, 0), player(&pong, &ping, 1))
}

// One wake is under way at any time: the next is sent when the one before has been taken. Threads and goroutines wait for it in every
// way there is, take each other's place, cancel and give up. The count must be exact: one more and it was taken twice, one less and the test hangs.
func TestOneWakeAtATime(t *testing.T) {
	var c waitcell.Cell
	var taken atomic.Int64
	watch(t, func() string { return fmt.Sprint(c.State(), " after ", taken.Load()) })
	took := make(chan struct{}, 8)
	ctx, cancel := context.WithCancel(bg)
	var wg sync.WaitGroup
	for k := range 3 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(k), 7))
			if k > 0 {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
			}
			for ctx.Err() == nil {
				if oneWait(ctx, r, &c) == nil {
					taken.Add(1)
					took <- struct{}{}
				}
			}
		})
	}
	for range rounds(4_000) {
		c.Wake()
		<-took
	}
	cancel()
	wg.Wait()
	if n := int64(rounds(4_000)); taken.Load() != n {
		t.Errorf("%d wakes were sent and %d taken", n, taken.Load())
	}
}

func oneWait(ctx context.Context, r *rand.Rand, c *waitcell.Cell) error {
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	switch r.IntN(6) {
	case 0:
		return c.Wait(ctx)
	case 1:
		sub := c.Subscribe()
		sub.Cancel()
		return subscribe.ErrEnded
	case 2:
		return osbridge.WaitTimeout(c, time.Duration(r.IntN(30))*time.Microsecond)
	case 3:
		return sleepy.WaitTimeout(c, time.Duration(r.IntN(100))*time.Microsecond)
	case 4:
		go cancel()
		return sleepy.Wait(short, c)
	}
	return osbridge.Wait(ctx, c)
}

// A wake, then a close, beside a thread that waits in a loop: exactly one wait gets the wake, then all fail.
func TestWakeThenCloseBesideWaits(t *testing.T) {
	for _, w := range ways {
		if w.name == "WaitFor" {
			continue // its condition is not the wake
		}
		t.Run(w.name, func(t *testing.T) {
			var c *waitcell.Cell
			watch(t, func() string { return c.State().String() })
			for range rounds(2_000) {
				c = new(waitcell.Cell)
				var n int
				var err error
				together(
					func() {
						for err = w.wait(bg, c); err == nil; err = w.wait(bg, c) {
							n++
						}
					},
					func() { c.Wake(); c.Close() },
				)
				wantErr(t, w.name, err, rouse.ErrClosed)
				if n != 1 {
					t.Fatalf("%d waits got the wake", n)
				}
			}
		})
	}
}
