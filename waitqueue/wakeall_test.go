package waitqueue_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// crowds are numbers of waiters at which broadcasts of other libraries went wrong: they work by
// batches of sixteen.
var crowds = []int{1, 16, 17, 33, 10_000}

func eachCrowd(t *testing.T, f func(t *testing.T, n int)) {
	for _, n := range crowds {
		t.Run(fmt.Sprint(n), func(t *testing.T) { f(t, n) })
	}
}

// some is how often a test is repeated with n waiters.
func some(n int) int { return max(1, rounds(2000/n)) }

// WakeAll covers who registered, slept or not, and nobody who comes later.
func TestWakeAllCoversExactlyThePresent(t *testing.T) {
	eachCrowd(t, func(t *testing.T, n int) {
		var q waitqueue.Queue
		var wg sync.WaitGroup
		sleepers := min(n, 100)
		for range sleepers {
			wg.Go(func() { wantErr(t, "a sleeper", q.Wait(bg), nil) })
		}
		queued(&q, sleepers)
		subs := enter(&q, n)
		want(t, "WakeAll", q.WakeAll(), n+sleepers)
		late := enter(&q, 2)
		want(t, "who had registered", outcomes(subs), tally{woken: n})
		want(t, "who came later", outcomes(late), tally{pending: 2})
		want(t, "the next", q.WakeAll(), 2)
		wg.Wait()
		wantQueue(t, &q, "WAITING")
	})
}

// WakeAll beside Close: every waiter gets one of the two, as many as each says.
func TestWakeAllBesideClose(t *testing.T) {
	eachCrowd(t, func(t *testing.T, n int) {
		for range some(n) {
			var q waitqueue.Queue
			subs := enter(&q, n)
			var woke, shut int
			together(func() { woke = q.WakeAll() }, func() { shut = q.Close() })
			want(t, "the outcomes", outcomes(subs), tally{woken: woke, closed: shut})
			wantQueue(t, &q, "CLOSED")
		}
	})
}

// Several WakeAlls and Closes beside one another, newcomers, and waiters that leave: each is counted once.
func TestWakeAllBesideNewcomersAndLeavers(t *testing.T) {
	eachCrowd(t, func(t *testing.T, n int) {
		for range some(n) {
			var q waitqueue.Queue
			old, leaving := enter(&q, n), enter(&q, n)
			var fresh []sub
			var woke [2]int
			var shut, left int
			together(
				func() { woke[0] = q.WakeAll() },
				func() { woke[1] = q.WakeAll(); shut = q.Close() },
				func() { fresh = enter(&q, n) },
				func() {
					for _, s := range leaving {
						if s.Wait(done()) != nil { // withdrawn, or closed
							left++
						}
					}
				},
			)
			a, b := outcomes(old), outcomes(fresh)
			want(t, "woken", a.woken+b.woken+n-left, woke[0]+woke[1])
			if a.closed+b.closed < shut-left || a.pending+b.pending > 0 {
				t.Errorf("Close says %d: %+v, %+v, %d left", shut, a, b, left)
			}
			wantQueue(t, &q, "CLOSED")
		}
	})
}

// One broadcast does not end two waits of one goroutine: waiters that wait again at once return no oftener in
// all than the broadcasts say, and none of them oftener than there were broadcasts.
func TestOneBroadcastDoesNotPassTwoWaits(t *testing.T) {
	const waiters = 40
	var q waitqueue.Queue
	var broadcasts, total atomic.Int64
	var wg sync.WaitGroup
	var returned [waiters]int64
	for i := range waiters {
		wg.Go(func() {
			for q.Wait(bg) == nil {
				returned[i]++
				if n := broadcasts.Load(); returned[i] > n {
					t.Errorf("%d waits ended by %d broadcasts", returned[i], n)
				}
			}
		})
	}
	for range rounds(20_000) {
		broadcasts.Add(1)
		total.Add(int64(q.WakeAll()))
		yield()
	}
	q.Close()
	wg.Wait()
	var sum int64
	for _, n := range returned {
		sum += n
	}
	want(t, "waits ended", sum, total.Load())
	wantQueue(t, &q, "CLOSED")
}

// The same in lock step: everybody waits again before the next broadcast, which wakes each once.
func TestBroadcastInLockStep(t *testing.T) {
	eachCrowd(t, func(t *testing.T, n int) {
		var q waitqueue.Queue
		watch(t, func() string { return q.State().String() })
		var wg sync.WaitGroup
		steps := max(3, some(n)/4)
		for range n {
			wg.Go(func() {
				for range steps {
					wantErr(t, "Wait", q.Wait(bg), nil)
				}
			})
		}
		for range steps {
			queued(&q, n)
			want(t, "WakeAll", q.WakeAll(), n)
		}
		wg.Wait()
		wantQueue(t, &q, "WAITING")
	})
}

// WakeN is of the same making: it wakes as many as it says, the longest waiting, and cuts the
// line behind them.
func TestWakeNCutsTheLine(t *testing.T) {
	eachCrowd(t, func(t *testing.T, n int) {
		for _, k := range []int{0, 1, n / 2, n - 1, n, n + 1} {
			var q waitqueue.Queue
			subs := enter(&q, n)
			woke := min(k, n)
			want(t, "WakeN", q.WakeN(k), woke)
			want(t, "Len", q.Len(), n-woke)
			want(t, "the first", outcomes(subs[:woke]), tally{woken: woke})
			want(t, "the rest", outcomes(subs[woke:]), tally{pending: n - woke})
			want(t, "the books", waitqueue.CheckBooks(&q), nil)
		}
	})
}
