package waitqueue_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
)

func exit() { runtime.Goexit() }

// A Bound's wait in each state of the queue and of its context, and how a sleeping one ends.
func TestBoundOutcomes(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	var q waitqueue.Queue
	b := q.Bind(ctx)
	defer b.Release()
	q.Wake()
	wantErr(t, "a permit", b.Wait(), nil)
	for name, wake := range map[string]func(){
		"Wake": func() { q.Wake() }, "Signal": func() { q.Signal() }, "WakeAll": func() { q.WakeAll() },
	} {
		together(func() { wantErr(t, name, b.Wait(), nil) }, func() { queued(&q, 1); wake() })
	}
	calls := 0
	together(
		func() { wantErr(t, "WaitFor", b.WaitFor(func() bool { calls++; return calls == 2 }), nil) },
		func() { queued(&q, 1); q.Signal() },
	)
	together(func() {
		err := b.Wait()
		wantErr(t, "cancelled", err, context.Canceled)
		wantErr(t, "its cause", err, errAbort)
	}, func() { queued(&q, 1); cancel(errAbort) })
	wantErr(t, "done", b.Wait(), errAbort)
	wantErr(t, "WaitFor, done", b.WaitFor(func() bool { return false }), errAbort)
	q.Wake()
	wantErr(t, "done, with a permit", b.Wait(), nil)
	wantQueue(t, &q, "WAITING")
	q.CloseWith(errCause)
	wantErr(t, "closed", b.Wait(), errCause)
	wantErr(t, "WaitFor, closed", b.WaitFor(func() bool { return false }), rouse.ErrClosed)
	wantErr(t, "WaitFor, closed and true", b.WaitFor(func() bool { return true }), nil)
}

// A wake races the end of the context: Bound.Wait returns nil and has it, or it is still there. The token
// of either may be late, and must not harm the next wait.
func TestBoundWakeBesideCancellation(t *testing.T) {
	for range rounds(10_000) {
		var q waitqueue.Queue
		ctx, cancel := context.WithCancel(bg)
		b := q.Bind(ctx)
		var err error
		together(func() { q.Wake() }, cancel, func() { err = b.Wait() })
		ok, _ := q.Poll()
		want(t, "the permit is there", ok, err != nil)
		wantQueue(t, &q, "WAITING")
		b.Release()
	}
}

// Many Bounds on one queue, each in its loop: every wake that says true ends exactly one wait, none ends without one.
func TestBoundsShareAQueue(t *testing.T) {
	const bounds = 6
	var q waitqueue.Queue
	watch(t, func() string { return q.State().String() })
	var woken, in atomic.Int64
	var wg sync.WaitGroup
	for range bounds {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(bg)
			defer cancel()
			b := q.Bind(ctx)
			defer b.Release()
			for {
				if err := b.Wait(); err != nil {
					wantErr(t, "the end", err, rouse.ErrClosed)
					return
				}
				woken.Add(1)
			}
		})
	}
	for rnd := rand.New(rand.NewPCG(1, 1)); in.Load() < int64(rounds(50_000)); {
		switch rnd.IntN(3) {
		case 0:
			if q.Signal() {
				in.Add(1)
			}
		case 1:
			in.Add(int64(q.WakeAll()))
		case 2:
			in.Add(int64(q.WakeN(2)))
		}
		yield()
	}
	want(t, "Close", q.Close() <= bounds, true)
	wg.Wait()
	want(t, "waits ended", woken.Load(), in.Load())
}
