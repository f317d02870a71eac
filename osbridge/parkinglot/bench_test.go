package parkinglot_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

var sink uint32

// A notify with nobody waiting, beside what it is made of.
func BenchmarkNotifyNobody(b *testing.B) {
	var w uint32
	var x, y atomic.Uint32
	parkinglot.WaitFor(&w, 0, time.Nanosecond) // the lot has its table
	b.Run("impl=parkinglot", func(b *testing.B) {
		for b.Loop() {
			parkinglot.NotifyOne(&w)
		}
	})
	b.Run("impl=loads", func(b *testing.B) {
		for b.Loop() {
			sink = x.Load() + y.Load()
		}
	})
	b.Run("impl=called", func(b *testing.B) {
		for b.Loop() {
			sink = called(&x, &y)
		}
	})
}

// A wait whose value is another one by now.
func BenchmarkWaitMismatch(b *testing.B) {
	var w8 parkinglot.Uint8
	var w uint32
	b.Run("size=1", func(b *testing.B) {
		for b.Loop() {
			parkinglot.Wait(w8.Addr(), 1)
		}
	})
	b.Run("size=4", func(b *testing.B) {
		for b.Loop() {
			parkinglot.Wait(&w, 1)
		}
	})
}

// Two goroutines in turns.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("impl=wait", func(b *testing.B) {
		b.ReportAllocs()
		var ping, pong atomicWord
		over := make(chan struct{})
		go func() {
			defer close(over)
			for i := uint32(1); i <= uint32(b.N); i++ {
				ping.await(i)
				pong.set(i)
			}
		}()
		for i := uint32(1); i <= uint32(b.N); i++ {
			ping.set(i)
			pong.await(i)
		}
		<-over
	})
	b.Run("impl=lot", func(b *testing.B) {
		b.ReportAllocs()
		var l parkinglot.Lot
		var ping, pong atomic.Uint32
		await := func(w *atomic.Uint32, i uint32) {
			for w.Load() != i {
				l.Park(context.Background(), parkinglot.KeyOf(w), parkinglot.Parking{Validate: func() bool { return w.Load() != i }})
			}
		}
		set := func(w *atomic.Uint32, i uint32) {
			w.Store(i)
			l.UnparkOne(parkinglot.KeyOf(w), nil)
		}
		over := make(chan struct{})
		go func() {
			defer close(over)
			for i := uint32(1); i <= uint32(b.N); i++ {
				await(&ping, i)
				set(&pong, i)
			}
		}()
		for i := uint32(1); i <= uint32(b.N); i++ {
			set(&ping, i)
			await(&pong, i)
		}
		<-over
	})
	b.Run("impl=chan", func(b *testing.B) {
		b.ReportAllocs()
		ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
		over := make(chan struct{})
		go func() {
			defer close(over)
			for range b.N {
				<-ping
				pong <- struct{}{}
			}
		}()
		for range b.N {
			ping <- struct{}{}
			<-pong
		}
		<-over
	})
}

type atomicWord struct{ v uint32 }

func (w *atomicWord) set(i uint32) {
	atomic.StoreUint32(&w.v, i)
	parkinglot.NotifyOne(&w.v)
}

func (w *atomicWord) await(i uint32) {
	for {
		v := atomic.LoadUint32(&w.v)
		if v == i {
			return
		}
		parkinglot.Wait(&w.v, v)
	}
}

// locks are the mutexes that are compared.
var locks = []struct {
	name string
	make func() sync.Locker
}{
	{"sync", func() sync.Locker { return new(sync.Mutex) }},
	{"byte", func() sync.Locker { return new(ByteMutex) }},
}

// A lock that nobody else wants.
func BenchmarkMutexAlone(b *testing.B) {
	for _, l := range locks {
		b.Run("impl="+l.name, func(b *testing.B) {
			mu, x := l.make(), 0
			for b.Loop() {
				mu.Lock()
				x++
				mu.Unlock()
			}
		})
	}
}

// A lock that all want, with something done while it is held.
func BenchmarkMutexContended(b *testing.B) {
	for _, l := range locks {
		b.Run("impl="+l.name, func(b *testing.B) {
			b.ReportAllocs()
			mu := l.make()
			b.SetParallelism(4)
			x := 0
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mu.Lock()
					for range 20 {
						x++
					}
					mu.Unlock()
				}
			})
		})
	}
}

// Two goroutines take turns by Wait and Signal.
func BenchmarkCondRoundTrip(b *testing.B) {
	run := func(b *testing.B, mu sync.Locker, wait, signal [2]func()) {
		b.ReportAllocs()
		turn, n := 0, b.N
		play := func(me int) {
			for range n {
				mu.Lock()
				for turn != me {
					wait[me]()
				}
				turn = 1 - me
				signal[1-me]()
				mu.Unlock()
			}
		}
		over := make(chan struct{})
		go func() {
			defer close(over)
			play(1)
		}()
		play(0)
		<-over
	}
	b.Run("impl=sync", func(b *testing.B) {
		var mu sync.Mutex
		x, y := sync.NewCond(&mu), sync.NewCond(&mu)
		run(b, &mu, [2]func(){x.Wait, y.Wait}, [2]func(){x.Signal, y.Signal})
	})
	b.Run("impl=byte", func(b *testing.B) {
		var mu ByteMutex
		x, y := &ByteCond{M: &mu}, &ByteCond{M: &mu}
		run(b, &mu, [2]func(){x.Wait, y.Wait}, [2]func(){x.Signal, y.Signal})
	})
}

// A broadcast under the mutex to 32 that wait again.
func BenchmarkBroadcast32(b *testing.B) {
	type cond interface {
		Wait()
		Broadcast()
	}
	run := func(b *testing.B, mu sync.Locker, c, back cond) {
		b.ReportAllocs()
		const n = 32
		round, arrived := 0, 0
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				mu.Lock()
				for r := 1; r <= b.N; r++ {
					for round < r {
						c.Wait()
					}
					if arrived++; arrived == n {
						back.Broadcast()
					}
				}
				mu.Unlock()
			})
		}
		mu.Lock()
		for range b.N {
			arrived = 0
			round++
			c.Broadcast()
			for arrived < n {
				back.Wait()
			}
		}
		mu.Unlock()
		wg.Wait()
	}
	b.Run("impl=sync", func(b *testing.B) {
		var mu sync.Mutex
		run(b, &mu, sync.NewCond(&mu), sync.NewCond(&mu))
	})
	b.Run("impl=byte", func(b *testing.B) {
		var mu ByteMutex
		run(b, &mu, &ByteCond{M: &mu}, &ByteCond{M: &mu})
	})
}

// Readers that meet a writer now and then.
func BenchmarkRWLock(b *testing.B) {
	type rw interface {
		sync.Locker
		RLock()
		RUnlock()
	}
	for _, l := range []struct {
		name string
		make func() rw
	}{
		{"sync", func() rw { return new(sync.RWMutex) }},
		{"lot", func() rw { return new(RWLock) }},
	} {
		b.Run("impl="+l.name, func(b *testing.B) {
			b.ReportAllocs()
			mu := l.make()
			x := 0
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if i%16 == 0 {
						mu.Lock()
						x++
						mu.Unlock()
					} else {
						mu.RLock()
						sinkInt.Store(int32(x))
						mu.RUnlock()
					}
				}
			})
		})
	}
}

var sinkInt atomic.Int32

// called is two loads behind a call, which is what a notify that finds nobody is.
//
//go:noinline
func called(x, y *atomic.Uint32) uint32 { return x.Load() + y.Load() }
