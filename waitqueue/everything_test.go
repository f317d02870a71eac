package waitqueue_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/waitqueue"
)

// Everything at once on one queue, which is closed at last: no more wakes are taken than were put in,
// nobody sleeps on, there is no other outcome, and the books are in order.
func TestEverythingAtOnce(t *testing.T) {
	for round := range uint64(rounds(100)) {
		var q waitqueue.Queue
		var wg sync.WaitGroup
		var in, taken, closed atomic.Int64
		count := func(err error) {
			var c tally
			c.add(err)
			taken.Add(int64(c.woken))
			closed.Add(int64(c.closed))
			if c.other+c.pending+c.ended > 0 {
				t.Errorf("outcome %v", err)
			}
		}
		for i := range uint64(6) {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(round, i))
				b := q.Bind(bg)
				defer b.Release()
				for !q.Closed() {
					switch rnd.IntN(12) {
					case 0:
						count(q.WaitTimeout(time.Duration(1 + rnd.IntN(20_000))))
					case 1:
						count(q.Subscribe().Wait(done()))
					case 2:
						s := q.Subscribe()
						yield()
						s.Cancel()
					case 3:
						s := q.Subscribe()
						in.Add(1)
						q.Wake()
						<-s.C() // in FIFO order, ours or one before
						count(s.Err())
					case 4:
						s := q.Subscribe()
						n := q.WakeAll()
						in.Add(int64(n))
						count(s.Wait(bg))
					case 5, 6:
						in.Add(1)
						q.Wake()
					case 7:
						in.Add(1)
						q.WakeLast()
					case 8:
						in.Add(int64(q.WakeN(2)))
					case 9:
						in.Add(int64(q.WakeAll()))
					case 10:
						in.Add(1)
						q.Wake()
						count(b.Wait())
					case 11:
						if q.Signal() {
							in.Add(1)
						}
					}
				}
			})
		}
		for range 50 {
			yield()
		}
		q.Close()
		wg.Wait()
		if taken.Load() > in.Load() {
			t.Errorf("%d wakes taken, and %d were made", taken.Load(), in.Load())
		}
		q.Poll()
		wantQueue(t, &q, "CLOSED")
	}
}
