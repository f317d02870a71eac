package spin

import (
	"runtime/metrics"
	"sync"

	"github.com/rouse-go/rouse/internal/atom"
)

// asleep is how many threads of this module sleep in the kernel. Each may have a P meanwhile.
var asleep atom.Int32

// Asleep says that so many more sleep there now.
func Asleep(more int32) {
	if !exploring {
		asleep.Add(more)
	}
}

// Crowded reports whether goroutines are ready to run, and no P is free to run them. A thread that looks or sleeps in
// the kernel keeps its P, and with it who stands in that P's run queue: often the very goroutine that it woke last, and that is to
// wake it next. Where a P is free, its thread comes and takes them from there.
//
// The runtime counts without stopping anybody, in some ten nanoseconds and a few for each P.
func Crowded() bool {
	if exploring {
		return false
	}
	s := counters.Get().(*[3]metrics.Sample)
	defer counters.Put(s)
	metrics.Read(s[:])
	return crowded(count(s[0]), count(s[1]), int(asleep.Load()), count(s[2]))
}

func crowded(ready, running, asleep, ps int) bool {
	return ready > 0 && running+asleep >= ps
}

// counters are reused, for metrics.Read has them on the heap. There is no channel in them.
var counters = sync.Pool{New: func() any {
	return &[...]metrics.Sample{
		{Name: "/sched/goroutines/runnable:goroutines"},
		{Name: "/sched/goroutines/running:goroutines"}, // and the threads that are about to find one that is ready
		{Name: "/sched/gomaxprocs:threads"},
	}
}}

func count(s metrics.Sample) int {
	if s.Value.Kind() != metrics.KindUint64 {
		return 0 // not known to this runtime
	}
	return int(s.Value.Uint64())
}
