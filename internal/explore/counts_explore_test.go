//go:build explore

package explore

import (
	"fmt"
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// threads is a scenario of n threads that do the same.
func threads(n int, build func(e *Env) func(i int)) Scenario {
	return Scenario{Name: "threads", Build: func(e *Env) {
		f := build(e)
		for i := range n {
			e.Go(fmt.Sprint("t", i), func() { f(i) })
		}
	}}
}

func factorial(n int) int {
	if n < 2 {
		return 1
	}
	return n * factorial(n-1)
}

// The number of executions is the number of classes, where that is known: (nk)!/k!^n for n
// threads of k steps that all conflict, 1 for steps that do not.
func TestCounts(t *testing.T) {
	type scenario struct {
		name string
		want int
		s    Scenario
	}
	var all []scenario
	add := func(want int, s Scenario, name string, args ...any) {
		all = append(all, scenario{fmt.Sprintf(name, args...), want, s})
	}
	for _, nk := range [][2]int{{1, 1}, {2, 1}, {2, 2}, {2, 5}, {3, 1}, {3, 2}, {3, 3}, {4, 1}, {5, 1}, {4, 2}} {
		n, k := nk[0], nk[1]
		add(1, threads(n, func(*Env) func(int) {
			x := make([]atom.Uint32, n)
			return func(i int) {
				for range k {
					x[i].Add(1)
				}
			}
		}), "own-variables-%dx%d", n, k)
		add(1, threads(n, func(*Env) func(int) {
			var x atom.Uint32
			return func(int) {
				for range k {
					x.Load()
				}
			}
		}), "loads-%dx%d", n, k)
		want := factorial(n * k)
		for range n {
			want /= factorial(k)
		}
		add(want, threads(n, func(*Env) func(int) {
			var x atom.Uint32
			return func(int) {
				for range k {
					x.Add(1)
				}
			}
		}), "one-variable-%dx%d", n, k)
	}
	for n := 1; n <= 4; n++ {
		// A writer, and n readers of one step: each reads before it or after.
		add(1<<n, threads(n+1, func(*Env) func(int) {
			var x atom.Uint32
			return func(i int) {
				if i == 0 {
					x.Store(1)
				} else {
					x.Load()
				}
			}
		}), "writer-%d-readers", n)
		// Critical sections come in any order.
		add(factorial(n), threads(n, func(*Env) func(int) {
			var mu atom.Mutex
			var x atom.Guarded[int]
			return func(int) {
				mu.Lock()
				x.Set(x.Get() + 1)
				mu.Unlock()
			}
		}), "critical-sections-%d", n)
	}
	// The example of the paper (figure 1): p writes x, q and r read y and x.
	add(4, threads(3, func(*Env) func(int) {
		var x, y atom.Uint32
		return func(i int) {
			if i == 0 {
				x.Store(1)
				return
			}
			y.Load()
			x.Load()
		}
	}), "paper-figure-1")
	// n writers of own variables and one who reads all: Godefroid's indexer-like fan-in.
	add(8, threads(4, func(*Env) func(int) {
		var x [3]atom.Uint32
		return func(i int) {
			if i < 3 {
				x[i].Store(1)
				return
			}
			for k := range x {
				x[k].Load()
			}
		}
	}), "fan-in")
	// A failed compare-and-swap is a read: two that fail commute, so the order of the one who wins is all there is.
	add(3*1, threads(3, func(*Env) func(int) {
		var x atom.Uint32
		return func(int) { x.CompareAndSwap(0, 1) }
	}), "one-wins")
	// A token and one who waits for it.
	add(1, threads(2, func(*Env) func(int) {
		s := park.NewSleeper()
		return func(i int) {
			if i == 0 {
				s.Kick()
				return
			}
			park.Sleep[struct{}](s.C(), nil)
		}
	}), "kick-sleep")
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			r := Search(a.s)
			if r.Failure != nil {
				t.Fatal(r.Failure)
			}
			if r.Executions != a.want {
				t.Errorf("%d executions, want %d", r.Executions, a.want)
			}
			t.Log(r)
		})
	}
}
