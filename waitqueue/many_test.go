package waitqueue_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// large returns n, or a tenth where the race detector makes it slow.
func large(n int) int {
	if raceEnabled {
		n /= 10
	}
	return n
}

func skipShort(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short; it takes a second and some hundred megabytes")
	}
}

// A hundred thousand subscriptions are cancelled in random order, the books being in order now and
// then. Were a cancellation to walk the line, this would take minutes.
func TestManyCancelledInRandomOrder(t *testing.T) {
	const n = 100_000
	var q waitqueue.Queue
	subs := enter(&q, n)
	for k, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		if k%(n/4) == 0 {
			want(t, "the books", waitqueue.CheckBooks(&q), nil)
		}
		subs[i].Cancel()
	}
	want(t, "the outcomes", outcomes(subs), tally{ended: n})
	wantQueue(t, &q, "WAITING")
}

// A million is woken one by one, in order, and another million all at once.
func TestAMillionIsWoken(t *testing.T) {
	skipShort(t)
	n := large(1_000_000)
	var q waitqueue.Queue
	subs := enter(&q, n)
	want(t, "Len", q.Len(), n)
	for i, s := range subs {
		if !q.Signal() || s.Err() != nil {
			t.Fatalf("waiter %d was not woken in its turn", i)
		}
	}
	wantQueue(t, &q, "WAITING")

	subs = enter(&q, n)
	want(t, "WakeAll", q.WakeAll(), n)
	want(t, "the outcomes", outcomes(subs), tally{woken: n})
	wantQueue(t, &q, "WAITING")
}

// A hundred thousand goroutines sleep. A half is woken one by one, the other at once.
func TestManyGoroutinesAreWoken(t *testing.T) {
	skipShort(t)
	n := large(100_000)
	var q waitqueue.Queue
	watch(t, func() string { return q.State().String() })
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = q.Wait(bg) })
	}
	queued(&q, n)
	for range n / 2 {
		want(t, "Wake", q.Wake(), true)
	}
	want(t, "WakeAll", q.WakeAll(), n-n/2)
	wg.Wait()
	var c tally
	for _, err := range errs {
		c.add(err)
	}
	want(t, "the outcomes", c, tally{woken: n})
	wantQueue(t, &q, "WAITING")
}

// After a peak the memory is given back: of a hundred thousand waiters, and as many keys, at most
// what a few spares and the bucket table take stays.
func TestMemoryIsGivenBackAfterAPeak(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		runtime.GC() // the second empties what a sync.Pool kept over the first
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	n := large(100_000)
	for name, end := range map[string]func(*waitqueue.Queue, []sub){
		"cancelled": func(q *waitqueue.Queue, subs []sub) {
			for _, s := range subs {
				s.Cancel()
			}
		},
		"woken":  func(q *waitqueue.Queue, subs []sub) { q.WakeAll(); outcomes(subs) },
		"closed": func(q *waitqueue.Queue, subs []sub) { q.Close(); outcomes(subs) },
		"chosen": func(q *waitqueue.Queue, subs []sub) { q.WakeN(len(subs)); outcomes(subs) },
	} {
		t.Run(name, func(t *testing.T) {
			var q waitqueue.Queue
			before := heap()
			subs := enter(&q, n)
			peak := heap() - before
			end(&q, subs)
			subs = nil
			left := heap() - before
			if left > peak/20+100_000 {
				t.Errorf("%d bytes of %d stay after the peak", left, peak)
			}
			if each := peak / int64(n); each > 512 {
				t.Errorf("a waiter takes %d bytes", each)
			}
			runtime.KeepAlive(&q)
			runtime.KeepAlive(subs)
		})
	}
	t.Run("map", func(t *testing.T) {
		var m waitqueue.Map[int, [64]int]
		before := heap()
		for i := range n {
			m.Register(i)
		}
		peak := heap() - before
		m.Close()
		if left := heap() - before; left > peak/20+100_000 {
			t.Errorf("%d bytes of %d stay after the peak", left, peak)
		}
		runtime.KeepAlive(&m)
	})
}
