package trial

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// Others is the rest of a program, for a benchmark: n goroutines that compute and never wait, or one for each P if n < 0.
// The function it returns ends them, and reports how far they came: what one does not take, the others get.
func Others(b *testing.B, n int) (end func()) {
	if n < 0 {
		n = runtime.GOMAXPROCS(0)
	}
	var stop atomic.Bool
	var work atomic.Int64 // in rounds of some microseconds
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for x := 0; !stop.Load(); work.Add(1) {
				for range 4096 {
					x = x*5 + 1
				}
			}
		})
	}
	return func() {
		b.StopTimer()
		stop.Store(true)
		all.Wait()
		if n > 0 {
			b.ReportMetric(float64(work.Load())/b.Elapsed().Seconds()/1000, "others/ms")
		}
	}
}
