package bounded_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/rapidtests/explore"
	"pgregory.net/rapid"
)

// rapid chooses the program, the explorer its interleavings, and a model of one thread
// judges each of them: are the results those of the same operations one after another, in some order
// that agrees with which of them ended before which began? (That is linearizability; the
// search for the order is porcupine's.)

// An op is one call: put of a value, get, or close; len comes last.
type op struct {
	kind  string
	value int
}

func (o op) String() string {
	if o.kind == "put" {
		return fmt.Sprintf("put(%d)", o.value)
	}
	return o.kind
}

// An answer is what it returned.
type answer struct {
	value int
	err   error
}

// contents is a bounded queue as one thread sees it.
type contents struct {
	items  []int
	closed bool
}

// model is the queue that holds one value.
var model = porcupine.Model{
	Init:  func() any { return contents{} },
	Equal: func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) },
	Step: func(state, input, output any) (bool, any) {
		c, o, a := state.(contents), input.(op), output.(answer)
		switch o.kind {
		case "put":
			if a.err != nil {
				return c.closed && errors.Is(a.err, rouse.ErrClosed), c
			}
			return !c.closed && len(c.items) == 0, contents{append(slices.Clone(c.items), o.value), false}
		case "get":
			if a.err != nil {
				return c.closed && len(c.items) == 0 && errors.Is(a.err, rouse.ErrClosed), c
			}
			if len(c.items) == 0 || c.items[0] != a.value {
				return false, c
			}
			return true, contents{c.items[1:], c.closed}
		case "close":
			return true, contents{c.items, true}
		}
		return a.value == len(c.items), c
	},
}

// run is one program as a scenario: a slice of operations for each thread.
func run(make func() queue, program [][]op) explore.Scenario {
	return explore.Scenario{Build: func(e *explore.Env) {
		q := make()
		var clock atomic.Int64
		var closed atomic.Bool
		history := [3][]porcupine.Operation{}
		asleep := [3]op{}
		call := func(thread int, o op) {
			asleep[thread] = o
			h := porcupine.Operation{ClientId: thread, Input: o, Call: clock.Add(1)}
			var a answer
			switch o.kind {
			case "put":
				a.err = q.Put(background, o.value)
			case "get":
				a.value, a.err = q.Get(background)
			case "close":
				q.Close()
				closed.Store(true)
			case "len":
				a.value = q.Len()
			}
			h.Output, h.Return = a, clock.Add(1)
			history[thread] = append(history[thread], h)
			asleep[thread] = op{}
		}
		for i, ops := range program {
			e.Go(fmt.Sprint(ops), func() {
				for _, o := range ops {
					call(i, o)
				}
			}).MaySleep()
		}
		e.Check(func() {
			n := q.Len()
			for i, o := range asleep {
				if o.kind != "" && (closed.Load() || n == 1 && o.kind == "get" || n == 0 && o.kind == "put") {
					e.Errorf("lost wakeup: thread %d sleeps in %v; closed %v, %d values", i, o, closed.Load(), n)
				}
			}
			call(0, op{kind: "len"})
			if all := slices.Concat(history[:]...); !porcupine.CheckOperations(model, all) {
				e.Errorf("not linearizable: %v", all)
			}
			q.Close()
		})
	}}
}

// programs draws programs of two or three threads with one or two operations each.
var programs = rapid.Custom(func(t *rapid.T) [][]op {
	value := 0
	return rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) op {
		value++
		return op{rapid.SampledFrom([]string{"put", "get", "close"}).Draw(t, "op"), value}
	}), 1, 2), 2, 3).Draw(t, "program")
})

func TestEveryProgramIsLinearizable(t *testing.T) {
	if !explore.Exhaustive {
		t.Skip("skipped: it takes -tags explore to run a program in every order")
	}
	total := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := programs.Draw(rt, "program")
		r := explore.Search(t, run(right, p))
		if total += r.Executions; r.Failure != nil {
			rt.Fatalf("%v: %v\n\n%s", p, r.Failure, r.Failure.Table)
		}
	})
	t.Logf("%d executions", total)
}

// The same search finds the bug, without having been told of Close.
func TestSomeProgramHasTheBug(t *testing.T) {
	if !explore.Exhaustive {
		t.Skip("skipped: it takes -tags explore to run a program in every order")
	}
	for seed := range 100 {
		p := programs.Example(seed)
		if r := explore.Search(t, run(broken, p)); r.Failure != nil {
			t.Logf("program %d, %v: %v", seed+1, p, r.Failure)
			return
		}
	}
	t.Error("100 programs, and the bug was not found")
}
