package dma

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Report is what reading one file showed. Its JSON is the output of -json.
type Report struct {
	File         string  `json:"file"`
	Engine       string  `json:"engine"` // "io_uring" or "threads"
	EngineReason string  `json:"engine_reason"`
	Direct       bool    `json:"direct"` // O_DIRECT, or else through the page cache
	DirectReason string  `json:"direct_reason"`
	Block        int     `json:"block"`
	Depth        int     `json:"depth"`
	Bytes        int64   `json:"bytes"`
	Seconds      float64 `json:"seconds"`
	Throughput   float64 `json:"bytes_per_second"`
	WakeLatency  Latency `json:"wake_latency_ns"`
	Completions  int64   `json:"completions"`
	Wakes        int64   `json:"wakes"`
	SHA256       string  `json:"sha256"`
	Verified     bool    `json:"verified"` // an ordinary read's SHA-256 is the same
}

// Latency is the time from when the engine saw a completion to when the
// goroutine that awaits it runs.
type Latency struct {
	P50 time.Duration `json:"p50"`
	P99 time.Duration `json:"p99"`
	Max time.Duration `json:"max"`
}

// WriteText writes r for people.
func (r *Report) WriteText(w io.Writer) error {
	way := "buffered"
	if r.Direct {
		way = "O_DIRECT"
	}
	_, err := fmt.Fprintf(w, `%s
  read         %d bytes in %.6f s, %.1f MB/s
  engine       %s (%s), %d deep, blocks of %d bytes
  file access  %s (%s)
  wake latency p50 %v, p99 %v, max %v
  completions  %d, wakes %d
  SHA-256      %s, an ordinary read's too
`,
		r.File,
		r.Bytes, r.Seconds, r.Throughput/1e6,
		r.Engine, r.EngineReason, r.Depth, r.Block,
		way, r.DirectReason,
		r.WakeLatency.P50, r.WakeLatency.P99, r.WakeLatency.Max,
		r.Completions, r.Wakes,
		r.SHA256)
	return err
}

// wakeLog collects how long wakes took, from all slots.
type wakeLog struct {
	mu   sync.Mutex
	hist *hdrhistogram.Histogram
}

// longest is the end of the scale. What took longer counts as this long.
const longest = time.Minute

func (l *wakeLog) record(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hist == nil {
		l.hist = hdrhistogram.New(1, int64(longest), 3)
	}
	l.hist.RecordValue(int64(min(d, longest)))
}

func (l *wakeLog) count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hist == nil {
		return 0
	}
	return l.hist.TotalCount()
}

func (l *wakeLog) latency() Latency {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hist == nil {
		return Latency{}
	}
	return Latency{
		P50: time.Duration(l.hist.ValueAtPercentile(50)),
		P99: time.Duration(l.hist.ValueAtPercentile(99)),
		Max: time.Duration(l.hist.Max()),
	}
}
