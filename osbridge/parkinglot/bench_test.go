package parkinglot_test

import (
	"context"
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
