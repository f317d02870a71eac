package waitqueue_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// In a bubble every wait is durably blocking: synctest.Wait returns while it sleeps, and time passes.
func TestWaitsAreDurablyBlocking(t *testing.T) {
	for name, wait := range map[string]func(*waitqueue.Queue, *waitqueue.Cond, context.Context) error{
		"Queue.Wait":        func(q *waitqueue.Queue, _ *waitqueue.Cond, ctx context.Context) error { return q.Wait(ctx) },
		"Queue.Wait, never": func(q *waitqueue.Queue, _ *waitqueue.Cond, _ context.Context) error { return q.Wait(bg) },
		"Queue.WaitTimeout": func(q *waitqueue.Queue, _ *waitqueue.Cond, _ context.Context) error { return q.WaitTimeout(time.Hour) },
		"Subscription":      func(q *waitqueue.Queue, _ *waitqueue.Cond, ctx context.Context) error { return q.Subscribe().Wait(ctx) },
		"Any": func(q *waitqueue.Queue, c *waitqueue.Cond, ctx context.Context) error {
			_, err := subscribe.Any(ctx, q, c)
			return err
		},
		"Bound": func(q *waitqueue.Queue, _ *waitqueue.Cond, ctx context.Context) error {
			b := q.Bind(ctx)
			defer b.Release()
			return b.Wait()
		},
		"Cond.Wait": func(_ *waitqueue.Queue, c *waitqueue.Cond, _ context.Context) error {
			c.L.Lock()
			defer c.L.Unlock()
			c.Wait()
			return nil
		},
		"Cond.WaitContext": func(_ *waitqueue.Queue, c *waitqueue.Cond, ctx context.Context) error {
			c.L.Lock()
			defer c.L.Unlock()
			return c.WaitContext(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var q waitqueue.Queue
				c := waitqueue.NewCond(new(sync.Mutex))
				ctx, cancel := context.WithCancel(bg)
				defer cancel()
				returned := false
				go func() {
					wantErr(t, name, wait(&q, c, ctx), nil)
					returned = true
				}()
				synctest.Wait()
				time.Sleep(time.Minute)
				want(t, "returned before the wake", returned, false)
				q.Signal()
				c.Signal()
				synctest.Wait()
				want(t, "returned after the wake", returned, true)
			})
		})
	}
}

// A timeout ends a wait at its time, not before; a deadline does; and a wake before it wins. The clock is
// the bubble's, so the times are exact.
func TestTimeoutsAreExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q waitqueue.Queue
		c := waitqueue.NewCond(new(sync.Mutex))
		var m waitqueue.Map[int, int]
		for name, wait := range map[string]func() error{
			"Queue.WaitTimeout": func() error { return q.WaitTimeout(time.Second) },
			"Queue.Wait": func() error {
				ctx, cancel := context.WithTimeout(bg, time.Second)
				defer cancel()
				return q.Wait(ctx)
			},
			"Cond.WaitTimeout": func() error {
				c.L.Lock()
				defer c.L.Unlock()
				return c.WaitTimeout(time.Second)
			},
			"Map.Wait": func() error {
				ctx, cancel := context.WithTimeout(bg, time.Second)
				defer cancel()
				_, err := m.Wait(ctx, 1)
				return err
			},
		} {
			start := time.Now()
			wantErr(t, name, wait(), context.DeadlineExceeded)
			want(t, name, time.Since(start), time.Second)

			if name != "Map.Wait" {
				start = time.Now()
				go func() {
					time.Sleep(time.Second / 2)
					want(t, "Signal or Cond", q.Signal() || waitqueue.QueueOf(c).Signal(), true)
				}()
				wantErr(t, name, wait(), nil)
				want(t, name, time.Since(start), time.Second/2)
			}
		}
		wantQueue(t, &q, "WAITING")
		wantQueue(t, waitqueue.QueueOf(c), "WAITING")
		wantEntries(t, &m, 0)
	})
}

// A timeout and a wake at the same instant: the wake is taken, or it is still there.
func TestTimeoutBesideWakeKeepsTheWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range rounds(2_000) {
			var q waitqueue.Queue
			go func() {
				time.Sleep(time.Second)
				q.Wake()
			}()
			err := q.WaitTimeout(time.Second)
			synctest.Wait()
			ok, _ := q.Poll()
			want(t, "the permit is there", ok, err != nil)
			wantQueue(t, &q, "WAITING")
		}
	})
}

// Queues of different bubbles have nothing in common: no channel of one is met in the next.
func TestBubblesShareNothing(t *testing.T) {
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			var q waitqueue.Queue
			subs := enter(&q, 2*waitqueue.Keep)
			q.WakeAll()
			for _, s := range subs {
				<-s.C()
				wantErr(t, "Err", s.Err(), nil)
			}
			var m waitqueue.Map[int, int]
			go m.Wait(bg, 1)
			synctest.Wait()
			m.Close()
		})
	}
}
