package osbridge_test

import (
	"os"
	"testing"

	"github.com/rouse-go/rouse/waitcell"
)

// 500 threads sleep, each on a cell of its own, and are woken; then the same again: Go keeps the threads it has made and uses
// them again, so there are no more the second time, and never many more than waiters.
func TestThreadsAreBounded(t *testing.T) {
	if !kernel() {
		t.Skip("the waits here do not go to the kernel: one P, or no wait on addresses")
	}
	n := 500
	if testing.Short() {
		n = 50
	}
	threads := func() int {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Skip("no /proc: ", err)
		}
		return len(tasks)
	}
	before, most := threads(), 0
	for range 2 {
		cells := make([]waitcell.Cell, n)
		results := make([]<-chan error, n)
		for i := range cells {
			results[i] = asleep(&cells[i], func() error { return sleepy.Wait(bg, &cells[i]) })
		}
		most = max(most, threads())
		for i := range cells {
			if !cells[i].Wake() {
				t.Errorf("thread %d was not woken", i)
			}
			wantErr(t, "Wait", <-results[i], nil)
		}
	}
	const runtimes = 20 // of the Go runtime's own
	if most > before+n+runtimes {
		t.Errorf("%d threads for %d waiters; there were %d before", most, n, before)
	}
}
