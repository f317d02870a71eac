package osbridge_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge"
)

// thunks is what one writes today: functions sent over a channel to a locked goroutine, each with a channel for its end.
type thunks struct{ c chan thunk }

type thunk struct {
	f    func()
	done chan struct{}
}

func newThunks() *thunks {
	t := &thunks{make(chan thunk)}
	go func() {
		runtime.LockOSThread()
		for th := range t.c {
			th.f()
			th.done <- struct{}{}
		}
	}()
	return t
}

// runners are the ways to run a function on a thread.
var runners = []struct {
	name string
	make func() (do func(context.Context, func()), stop func())
}{
	{"thread", func() (func(context.Context, func()), func()) {
		t := osbridge.NewThread()
		return func(ctx context.Context, f func()) { t.Do(ctx, f) }, func() { t.Close() }
	}},
	{"thread-nospin", func() (func(context.Context, func()), func()) {
		t := osbridge.NewThread(osbridge.WithPolicy(osbridge.Policy{Spin: -1}))
		return func(ctx context.Context, f func()) { t.Do(ctx, f) }, func() { t.Close() }
	}},
	{"thread-kernel", func() (func(context.Context, func()), func()) {
		t := osbridge.NewThread(osbridge.WithPolicy(osbridge.Policy{Kernel: osbridge.Forever}))
		return func(ctx context.Context, f func()) { t.Do(ctx, f) }, func() { t.Close() }
	}},
	{"chan", func() (func(context.Context, func()), func()) {
		t, done := newThunks(), make(chan struct{})
		return func(_ context.Context, f func()) {
			t.c <- thunk{f, done}
			<-done
		}, func() { close(t.c) }
	}},
	{"chan-ctx", func() (func(context.Context, func()), func()) {
		t, done := newThunks(), make(chan struct{})
		return func(ctx context.Context, f func()) {
			select {
			case t.c <- thunk{f, done}:
				<-done
			case <-ctx.Done():
			}
		}, func() { close(t.c) }
	}},
}

// One caller, back to back.
func BenchmarkThreadDo(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for _, r := range runners {
		b.Run("impl="+r.name, func(b *testing.B) {
			do, stop := r.make()
			defer stop()
			n := 0
			f := func() { n++ }
			b.ReportAllocs()
			for b.Loop() {
				do(ctx, f)
			}
		})
	}
}

// A thousand calls a second: latency, and the CPU time of both sides.
func BenchmarkThreadDoIdle(b *testing.B) {
	for _, gap := range []time.Duration{10 * time.Microsecond, 100 * time.Microsecond, time.Millisecond} {
		for _, r := range runners {
			b.Run("gap="+gap.String()+"/impl="+r.name, func(b *testing.B) {
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				do, stop := r.make()
				defer stop()
				f := func() {}
				var all time.Duration
				before := cpuTime()
				n := 0
				for b.Loop() {
					time.Sleep(gap)
					start := time.Now()
					do(ctx, f)
					all += time.Since(start)
					n++
				}
				b.ReportMetric(float64(all.Nanoseconds())/float64(n), "latency-ns")
				b.ReportMetric(float64((cpuTime()-before).Nanoseconds())/float64(n), "cpu-ns")
			})
		}
	}
}

// Several callers at once.
func BenchmarkThreadDoContended(b *testing.B) {
	for _, r := range runners[:1] {
		b.Run("impl="+r.name, func(b *testing.B) {
			do, stop := r.make()
			defer stop()
			b.SetParallelism(4)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				f := func() {}
				for pb.Next() {
					do(b.Context(), f)
				}
			})
		})
	}
	b.Run("impl=chan", func(b *testing.B) {
		t := newThunks()
		defer close(t.c)
		b.SetParallelism(4)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			done := make(chan struct{})
			f := func() {}
			for pb.Next() {
				t.c <- thunk{f, done}
				<-done
			}
		})
	})
}
