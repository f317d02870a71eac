package waitqueue_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// Each benchmark is one scenario with several implementations, the one to be
// measured against first. `make bench` runs them interleaved and prints the ratios.
// What we are compared with stands in rivals_test.go.

// A condvar is what sync.Cond, ours and the list of channels have in common.
type condvar interface {
	Wait()
	Signal()
	Broadcast()
}

var condvars = []struct {
	name string
	make func(sync.Locker) condvar
}{
	{"sync", func(l sync.Locker) condvar { return sync.NewCond(l) }},
	{"cond", func(l sync.Locker) condvar { return waitqueue.NewCond(l) }},
	{"list", func(l sync.Locker) condvar { return &listCond{L: l} }},
}

// pingPong runs b.N round trips: we wake x and wait for y, the other goroutine
// waits for x and wakes y.
func pingPong(b *testing.B, wakeX, waitX, wakeY, waitY func()) {
	b.ReportAllocs()
	n := b.N
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range n {
			waitX()
			wakeY()
		}
	}()
	b.ResetTimer()
	for range n {
		wakeX()
		waitY()
	}
	b.StopTimer()
	<-over
}

// condPingPong is pingPong over one mutex, two conditions and whose turn it is.
func condPingPong(b *testing.B, waitX, waitY, signalX, signalY func(), mu *sync.Mutex) {
	turn := 0
	pass := func(to int, signal func()) func() {
		return func() {
			mu.Lock()
			turn = to
			signal()
			mu.Unlock()
		}
	}
	await := func(mine int, wait func()) func() {
		return func() {
			mu.Lock()
			for turn != mine {
				wait()
			}
			mu.Unlock()
		}
	}
	pingPong(b, pass(1, signalX), await(1, waitX), pass(0, signalY), await(0, waitY))
}

// Two goroutines take turns by Wait and Signal.
func BenchmarkCondRoundTrip(b *testing.B) {
	for _, impl := range condvars {
		b.Run("impl="+impl.name, func(b *testing.B) {
			var mu sync.Mutex
			x, y := impl.make(&mu), impl.make(&mu)
			condPingPong(b, x.Wait, y.Wait, x.Signal, y.Signal, &mu)
		})
	}
}

// Two goroutines take turns, and every wait has a context.
func BenchmarkCondContext(b *testing.B) {
	type condctx interface {
		WaitContext(context.Context) error
		Signal()
	}
	run := func(name string, make func(sync.Locker) condctx) {
		b.Run("impl="+name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var mu sync.Mutex
			x, y := make(&mu), make(&mu)
			condPingPong(b,
				func() { x.WaitContext(ctx) }, func() { y.WaitContext(ctx) },
				x.Signal, y.Signal, &mu)
		})
	}
	run("chancond", func(l sync.Locker) condctx { return &chanCond{L: l} })
	run("closechan", func(l sync.Locker) condctx { return &closeCond{L: l, c: make(chan struct{})} })
	run("cond", func(l sync.Locker) condctx { return waitqueue.NewCond(l) })
}

// One goroutine wakes a number of others, all of which wait again before the next broadcast.
func BenchmarkBroadcast(b *testing.B) {
	for _, waiters := range []struct {
		name string
		n    int
	}{{"waiters=32", 32}, {"waiters=1000", 1000}} {
		b.Run(waiters.name, func(b *testing.B) {
			for _, impl := range condvars {
				b.Run("impl="+impl.name, func(b *testing.B) {
					b.ReportAllocs()
					var mu sync.Mutex
					broadcast(b, &mu, impl.make(&mu), waiters.n)
				})
			}
		})
	}
}

func broadcast(b *testing.B, mu *sync.Mutex, c condvar, waiters int) {
	rounds, round, waiting := b.N, 0, 0
	all := make(chan struct{}, 1) // all wait
	var wg sync.WaitGroup
	for range waiters {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for mine := range rounds {
				if waiting++; waiting == waiters {
					all <- struct{}{}
				}
				for round == mine {
					c.Wait()
				}
			}
		})
	}
	<-all
	b.ResetTimer()
	for i := range rounds {
		mu.Lock()
		round, waiting = i+1, 0
		c.Broadcast()
		mu.Unlock()
		if i+1 < rounds {
			<-all
		}
	}
	wg.Wait()
}

// Nobody waits.
func BenchmarkSignalNobody(b *testing.B) {
	b.Run("impl=sync", func(b *testing.B) {
		b.ReportAllocs()
		c := sync.NewCond(new(sync.Mutex))
		for b.Loop() {
			c.Signal()
		}
	})
	b.Run("impl=cond", func(b *testing.B) {
		b.ReportAllocs()
		c := waitqueue.NewCond(new(sync.Mutex))
		for b.Loop() {
			c.Signal()
		}
	})
}

// Nobody waits.
func BenchmarkBroadcastNobody(b *testing.B) {
	b.Run("impl=sync", func(b *testing.B) {
		b.ReportAllocs()
		c := sync.NewCond(new(sync.Mutex))
		for b.Loop() {
			c.Broadcast()
		}
	})
	b.Run("impl=cond", func(b *testing.B) {
		b.ReportAllocs()
		c := waitqueue.NewCond(new(sync.Mutex))
		for b.Loop() {
			c.Broadcast()
		}
	})
}

// Two goroutines take turns, and no wait can be cancelled.
func BenchmarkQueueRoundTrip(b *testing.B) {
	ctx := context.Background()
	b.Run("impl=chan", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		pingPong(b,
			func() { x <- struct{}{} }, func() { <-x },
			func() { y <- struct{}{} }, func() { <-y })
	})
	b.Run("impl=queue", func(b *testing.B) {
		var x, y waitqueue.Queue
		pingPong(b,
			func() { x.Wake() }, func() { x.Wait(ctx) },
			func() { y.Wake() }, func() { y.Wait(ctx) })
	})
	b.Run("impl=bound", func(b *testing.B) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var x, y waitqueue.Queue
		bx, by := x.Bind(ctx), y.Bind(ctx)
		defer bx.Release()
		defer by.Release()
		pingPong(b,
			func() { x.Wake() }, func() { bx.Wait() },
			func() { y.Wake() }, func() { by.Wait() })
	})
}

// One goroutine registers a key, delivers its value and receives it.
func BenchmarkMapRegisterWakeWait(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.Run("impl=chanmap", func(b *testing.B) {
		b.ReportAllocs()
		var m chanMap[int, int]
		for i := 0; b.Loop(); i++ {
			c := m.register(i)
			m.wake(i, i)
			m.wait(ctx, i, c)
		}
	})
	b.Run("impl=map", func(b *testing.B) {
		b.ReportAllocs()
		var m waitqueue.Map[int, int]
		for i := 0; b.Loop(); i++ {
			t, _ := m.Register(i)
			m.Wake(i, i)
			t.Wait(ctx)
		}
	})
}

// One of a number of waiters is cancelled, and another one comes. Which one is random; with
// impl=of100000newest it is one of the last ten, so that a waiter is as near in the
// caches as with ten in all.
func BenchmarkCancelOne(b *testing.B) {
	run := func(name string, waiters, among int) {
		b.Run("impl="+name, func(b *testing.B) {
			b.ReportAllocs()
			var q waitqueue.Queue
			subs := make([]subscribe.Subscription, waiters)
			for i := range subs {
				subs[i] = q.Subscribe()
			}
			rnd := rand.New(rand.NewPCG(1, 2))
			for b.Loop() {
				i := waiters - 1 - rnd.IntN(among)
				subs[i].Cancel()
				subs[i] = q.Subscribe()
			}
		})
	}
	run("of10", 10, 10)
	run("of100000", 100_000, 100_000)
	run("of100000newest", 100_000, 10)
}

// A redundant wake: one is stored already, and nobody waits.
func BenchmarkWakeStored(b *testing.B) {
	b.Run("impl=or", func(b *testing.B) {
		b.ReportAllocs()
		var w atomic.Uint64
		for b.Loop() {
			w.Or(1)
		}
	})
	b.Run("impl=queue", func(b *testing.B) {
		b.ReportAllocs()
		var q waitqueue.Queue
		q.Wake()
		for b.Loop() {
			q.Wake()
		}
	})
}
