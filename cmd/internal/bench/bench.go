package bench

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Scenario is one job, with the ways to do it. All of them do the same job, and check
// that they did.
type Scenario struct {
	Name string
	What string // what one operation is
	Unit string // of the values: "ns" an operation, or "B"
	CPU  int    // GOMAXPROCS
	Huge bool   // has thousands of goroutines: comes last, for they leave a slower collector behind
	Ways []Way  // the first is what the others are compared with
}

// A Way is how one primitive does a job.
type Way struct {
	Name string
	Ours bool
	Run  func(*B)
	Skip string // why it cannot run here
}

// B is what a way is handed: how often to do the job, a clock, and a place to say that the job
// was not done.
type B struct {
	N   int
	ctx context.Context // can be cancelled, and is not

	began   time.Time
	elapsed time.Duration
	mallocs uint64
	value   float64 // set by Report
	given   bool
	latency *hdrhistogram.Histogram

	mu  sync.Mutex
	err error
}

// Start starts the clock; Stop stops it. What is between them is measured, and may be in pieces.
func (b *B) Start() {
	b.mallocs -= mallocs()
	b.began = time.Now()
}

func (b *B) Stop() {
	b.elapsed += time.Since(b.began)
	b.mallocs += mallocs()
}

// Report gives the result where it is not the time an operation takes.
func (b *B) Report(value float64) { b.value, b.given = value, true }

// Share spreads the allocations over n objects, where those are the operations.
func (b *B) Share(n int) { b.mallocs /= uint64(n) }

// Expect says that the job was not done, unless got is want.
func (b *B) Expect(what string, got, want int) {
	if got == want {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = fmt.Errorf("%s: %d, want %d", what, got, want)
	}
}

// longest is the end of the scale of latencies. What took longer counts as this long.
const longest = 10 * time.Second

func newLatency() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longest), 2) }

// A measurement is what one turn of a way gave.
type measurement struct {
	value   float64
	mallocs float64
	elapsed time.Duration
	latency *hdrhistogram.Histogram
}

// measure does the job n times.
func (s *Scenario) measure(w *Way, n int) (measurement, error) {
	before := runtime.GOMAXPROCS(s.CPU)
	defer runtime.GOMAXPROCS(before)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := &B{N: n, ctx: ctx}
	w.Run(b)
	m := measurement{
		value:   float64(b.elapsed) / float64(n),
		mallocs: float64(b.mallocs) / float64(n),
		elapsed: b.elapsed,
		latency: b.latency,
	}
	if b.given {
		m.value = b.value
	}
	return m, b.err
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
