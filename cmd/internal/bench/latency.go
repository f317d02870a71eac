package bench

import (
	"context"
	"time"
)

// A signal is one primitive as two functions. The context of its waits, where it takes one, cannot be cancelled.
type signal struct {
	wake func()
	wait func()
	over func() // may be nil
}

func (s signal) end() {
	if s.over != nil {
		s.over()
	}
}

// background is the context of waits that cannot be cancelled.
var background = context.Background()

// latency measures how long a wake takes: two goroutines take turns, and one of them
// looks at the clock before it wakes, the other one when it runs.
func latency(make func() signal, m mode) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		x, y := make(), make()
		defer x.end()
		defer y.end()
		b.latency = newLatency()
		var (
			began = time.Now()
			woken time.Duration // ordered by the wakes
			taken int
		)
		done := onThread(m)
		defer done()
		other := join(func() {
			defer onThread(m)()
			for range b.N {
				x.wait()
				b.latency.RecordValue(int64(min(max(time.Since(began)-woken, 1), longest)))
				taken++
				y.wake()
			}
		})
		b.Start()
		for range b.N {
			woken = time.Since(began)
			x.wake()
			y.wait()
		}
		b.Stop()
		other()
		b.Expect("wakes taken", taken, b.N)
		b.Report(float64(b.latency.ValueAtPercentile(50)))
	}
}
