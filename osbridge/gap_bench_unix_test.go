//go:build unix

package osbridge_test

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
)

// The curve: a locked goroutine waits for events that come every so often. Reported are the median of the
// time from the wake to the waiter running, and the processor time of the whole process for one event, less what
// the source of the events spends alone (impl=nobody).
func BenchmarkArrivalGap(b *testing.B) {
	for _, gap := range []time.Duration{1e3, 3e3, 10e3, 30e3, 100e3, 300e3, 1e6, 3e6, 10e6} {
		alone := 0.0
		for _, impl := range []string{"nobody", "osbridge", "osbridge-kernel", "chan"} {
			b.Run("gap="+gap.String()+"/impl="+impl, func(b *testing.B) {
				g := events{gap: gap}
				wake, wait := g.signal(impl)
				cpu := g.run(b, wake, wait)
				if impl == "nobody" {
					alone = cpu
				}
				b.ReportMetric(cpu-alone, "cpu-ns/op")
				if len(g.late) > 0 {
					slices.Sort(g.late)
					b.ReportMetric(float64(g.late[len(g.late)/2]), "latency-ns")
				}
			})
		}
	}
}

type events struct {
	gap   time.Duration
	sent  atomic.Int64 // when the last event was sent
	taken atomic.Int64 // how many were taken
	late  []time.Duration
}

func (g *events) signal(impl string) (wake, wait func()) {
	var c waitcell.Cell
	ch := make(chan struct{}, 1)
	switch impl {
	case "osbridge":
		return func() { c.Wake() }, func() { _ = osbridge.Wait(context.Background(), &c) }
	case "osbridge-kernel":
		return func() { c.Wake() }, func() { _ = osbridge.Policy{Kernel: osbridge.Forever}.Wait(context.Background(), &c) }
	case "chan":
		return func() { ch <- struct{}{} }, func() { <-ch }
	}
	return func() { g.taken.Add(1) }, nil
}

// run sends b.N events, and returns the processor time for each.
func (g *events) run(b *testing.B, wake, wait func()) (cpu float64) {
	base, n := time.Now(), b.N
	done := make(chan struct{})
	g.late = make([]time.Duration, 0, n)
	go func() {
		defer close(done)
		if wait == nil {
			return
		}
		runtime.LockOSThread()
		for range n {
			wait()
			g.late = append(g.late, time.Since(base)-time.Duration(g.sent.Load()))
			g.taken.Add(1)
		}
	}()
	b.ResetTimer()
	before := used(b)
	for i := range n {
		pause(g.gap) // first: after a long one the last event was taken long ago, and nobody need spin for it
		for g.taken.Load() < int64(i) {
			runtime.Gosched()
		}
		g.sent.Store(int64(time.Since(base)))
		wake()
	}
	<-done
	return (used(b) - before) / float64(n)
}

// pause lets d pass: exactly where it is short, cheaply where it is long.
func pause(d time.Duration) {
	if d >= 100*time.Microsecond {
		time.Sleep(d)
		return
	}
	for start := time.Now(); time.Since(start) < d; {
	}
}

func used(b *testing.B) float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}
