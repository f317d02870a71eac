package soak

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// When all rounds have ended there may be no more goroutines than at first, and of memory twice as
// much and what a collection leaves by chance.
const slackHeap = 16 << 20

// sampler looks at goroutines and memory while no round runs: after half a second, when every
// station has warmed up, and then seldom enough to cost nothing.
func (r *runner) sampler(ctx context.Context) {
	for every := min(500*time.Millisecond, r.For/4); ; every = min(max(time.Second, r.For/200), time.Minute) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		r.sample()
	}
}

func (r *runner) sample() {
	r.gate.Lock()
	defer r.gate.Unlock()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.mu.Lock()
	first := r.report.Goroutines.First
	r.mu.Unlock()
	n := int64(runtime.NumGoroutine())
	for end := time.Now().Add(r.slack); first != 0 && n > first && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // a cancelled context's callback, on its way out
		n = int64(runtime.NumGoroutine())
	}
	r.mu.Lock()
	g, h := &r.report.Goroutines, &r.report.Heap
	g.note(n)
	h.note(int64(m.HeapAlloc))
	what := ""
	switch {
	case g.Last > g.First:
		what = fmt.Sprintf("goroutines: %d at first, %d now, and no round runs", g.First, g.Last)
	case h.Last > 2*h.First+slackHeap:
		what = fmt.Sprintf("memory: %d bytes at first, %d now, and no round runs", h.First, h.Last)
	}
	r.mu.Unlock()
	if what != "" {
		r.violation(what)
	}
}
