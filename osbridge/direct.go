package osbridge

import (
	"runtime"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// kernel says whether threads can sleep on an address here.
var kernel = waitaddr.Backend() != "portable"

// procs is GOMAXPROCS, measured when that makes a difference: whenever it was 1, and
// whenever a thread is about to sleep.
var procs atom.Int32

// direct reports whether to go to the kernel, past the scheduler. A thread that sleeps there
// keeps its P for 20 microseconds to 10 milliseconds, so there must be another.
func direct() bool {
	if exploring {
		return !alone
	}
	if procs.Load() < 2 {
		remeasure()
	}
	return kernel && procs.Load() > 1
}

func remeasure() {
	if n := int32(runtime.GOMAXPROCS(0)); !exploring && n != procs.Load() {
		procs.Store(n)
	}
}
