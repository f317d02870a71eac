package trial

import (
	"runtime"
	"sync"
	"testing"
)

// Others is the rest of a program, for a benchmark: n goroutines that compute and never wait, or one for each P if n < 0.
// The function it returns ends them, and reports how far they came: what one does not take, the others get.
func Others(b *testing.B, n int) (end func()) {
	if n < 0 {
		n = runtime.GOMAXPROCS(0)
	}
	stop := make(chan struct{})
	work := make([]int, n) // in rounds of some microseconds
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { work[i] = compute(stop) })
	}
	return func() {
		b.StopTimer()
		close(stop)
		all.Wait()
		sum := 0
		for _, rounds := range work {
			sum += rounds
		}
		if n > 0 {
			b.ReportMetric(float64(sum)/b.Elapsed().Seconds()/1000, "others/ms")
		}
	}
}

func compute(stop <-chan struct{}) (rounds int) {
	for x := 0; ; rounds++ {
		select {
		case <-stop:
			return rounds
		default:
		}
		for range 4096 {
			x = x*5 + 1
		}
	}
}
