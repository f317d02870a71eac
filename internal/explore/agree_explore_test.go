//go:build explore

package explore

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"pgregory.net/rapid"
)

// A program is what each thread does. Its variables are two atomic ones, two locks, two
// sleepers, and a context.
type program [][]instruction

type instruction struct {
	op   string
	i    int
	n, m uint32
}

func (in instruction) String() string { return fmt.Sprintf("%s%d(%d,%d)", in.op, in.i, in.n, in.m) }

type machine struct {
	x     [2]atom.Uint32
	mu    [2]atom.Mutex
	s     [2]park.Sleeper
	ctx   *Context
	stop  func()
	stop2 func() // of a context that kicks the first sleeper
	saw   []string
	ended []bool
}

func (m *machine) do(t int, e *Env, in instruction) {
	var r any
	switch in.op {
	case "load":
		r = m.x[in.i].Load()
	case "store":
		m.x[in.i].Store(in.n)
	case "add":
		r = m.x[in.i].Add(in.n)
	case "swap":
		r = m.x[in.i].Swap(in.n)
	case "cas":
		r = m.x[in.i].CompareAndSwap(in.n, in.m)
	case "lock":
		m.mu[in.i].Lock()
	case "unlock":
		m.mu[in.i].Unlock()
	case "kick":
		m.s[in.i].Kick()
	case "drain":
		r = park.Drain(m.s[in.i].C())
	case "receive":
		e.Receive(m.s[in.i].C())
	case "select":
		r = park.Sleep(m.s[in.i].C(), m.ctx.Done())
	case "both":
		r = park.Sleep(m.s[0].C(), m.s[1].C())
	case "cancel":
		m.stop()
	case "callback":
		m.stop2()
	case "err":
		r = m.ctx.Err()
	case "spin":
		for m.x[in.i].Load() == in.n {
			park.Yield()
		}
	case "choose":
		r = e.Choose(2)
	}
	m.saw[t] += fmt.Sprint(r, " ")
}

func (p program) scenario() Scenario {
	return Scenario{Name: "random", Build: func(e *Env) {
		m := &machine{saw: make([]string, len(p)), ended: make([]bool, len(p))}
		m.s = [2]park.Sleeper{park.NewSleeper(), park.NewSleeper()}
		m.ctx, m.stop = e.Context()
		kicker, stop := e.Context()
		context.AfterFunc(kicker, m.s[0].Kick)
		m.stop2 = stop
		for t, code := range p {
			e.Go(fmt.Sprint("t", t), func() {
				for _, in := range code {
					m.do(t, e, in)
				}
				m.ended[t] = true
			}).MaySleep()
		}
		e.Check(func() {
			e.Outcome("%d %d %v %v", m.x[0].Load(), m.x[1].Load(), strings.Join(m.saw, "| "), m.ended)
		})
	}}
}

// class names an execution's class: for each step of each thread, which steps it depends on.
func class(x *execution) string {
	b := make([]byte, 0, 512)
	for _, t := range x.threads {
		for _, e := range x.events {
			if e.thread == t {
				b = append(b, byte(e.choice))
				for _, n := range e.order[:len(x.threads)] {
					b = append(b, byte(n))
				}
			}
		}
		b = append(b, 255)
	}
	return string(b)
}

// agree searches p with and without reduction. Both must have the same outcomes, and the
// reduced search must visit each class of executions, and but once; where selects choose it
// may do so more often, for it puts a thread to sleep with all its choices or none.
func (p program) agree(t interface{ Fatalf(string, ...any) }) (full, reduced Result) {
	s := p.scenario()
	classes := map[string]int{}
	unreduced := newSearch(&s)
	unreduced.full, unreduced.visit = true, func(x *execution) { classes[class(x)] = 0 }
	unreduced.most = 50_000
	full = unreduced.run()
	if full.Executions == unreduced.most {
		return // too many
	}
	dpor := newSearch(&s)
	dpor.visit = func(x *execution) { classes[class(x)]++ }
	reduced = dpor.run()
	if full.Failure != nil || reduced.Failure != nil {
		t.Fatalf("%v:\nfull %v, reduced %v", p, full.Failure, reduced.Failure)
	}
	a, b := slices.Sorted(maps.Keys(full.Outcomes)), slices.Sorted(maps.Keys(reduced.Outcomes))
	if !slices.Equal(a, b) {
		t.Fatalf("%v:\noutcomes\n%q of %d executions, reduced\n%q of %d", p, a, full.Executions, b, reduced.Executions)
	}
	chooses := strings.Contains(fmt.Sprint(p), "select") || strings.Contains(fmt.Sprint(p), "both")
	for c, n := range classes {
		if n == 0 || n > 1 && !chooses {
			t.Fatalf("%v:\n%d classes; this one was visited %d times: %v", p, len(classes), n, []byte(c))
		}
	}
	return full, reduced
}

// Every program of two threads with two instructions each, over one variable and then two.
func TestAgreeOnAllSmallPrograms(t *testing.T) {
	var ins []instruction
	for i := range 2 {
		ins = append(ins, instruction{"load", i, 0, 0}, instruction{"store", i, 1, 0}, instruction{"add", i, 1, 0},
			instruction{"cas", i, 0, 2}, instruction{"cas", i, 1, 3})
	}
	programs, full, reduced := 0, 0, 0
	for _, a := range ins {
		for _, b := range ins {
			for _, c := range ins {
				for _, d := range ins {
					f, r := program{{a, b}, {c, d}}.agree(t)
					programs, full, reduced = programs+1, full+f.Executions, reduced+r.Executions
				}
			}
		}
	}
	t.Logf("%d programs: %d executions, reduced %d", programs, full, reduced)
}

// kinds are the instructions of random programs.
var kinds = []string{"load", "store", "add", "swap", "cas", "lock", "unlock", "kick", "drain", "receive", "select", "both", "cancel", "callback", "err", "spin", "choose"}

// random makes a program; pick returns a number below n.
func random(threads, length int, kinds []string, pick func(n int) int) (p program) {
	for range threads {
		var code []instruction
		held := [2]bool{}
		for range 1 + pick(length) {
			in := instruction{kinds[pick(len(kinds))], pick(2), uint32(pick(2)), uint32(pick(3))}
			if in.op == "unlock" && !held[in.i] || in.op == "lock" && held[in.i] {
				in.op = "load"
			}
			if in.op == "lock" || in.op == "unlock" {
				held[in.i] = in.op == "lock"
			}
			code = append(code, in)
		}
		p = append(p, code)
	}
	return p
}

// Random programs, with everything that can block. The seed is fixed: the same in each run.
func TestAgreeOnRandomPrograms(t *testing.T) {
	for name, kinds := range map[string][]string{
		"all":      kinds,
		"atomics":  {"load", "store", "cas"},
		"locks":    {"lock", "unlock", "lock", "unlock", "load", "store"},
		"sleepers": {"kick", "receive", "drain", "load", "store"},
		"selects":  {"kick", "select", "cancel", "both", "err", "store", "callback"},
		"spins":    {"load", "store", "spin", "store"},
	} {
		t.Run(name, func(t *testing.T) {
			n, length := 400, 6
			if name == "spins" {
				length = 5 // a spin is many steps
			}
			if testing.Short() {
				n = 100
			}
			rng := rand.New(rand.NewPCG(1, 2))
			full, reduced, redundant := 0, 0, 0
			for range n {
				threads := 2 + rng.IntN(2)
				f, r := random(threads, length-threads, kinds, rng.IntN).agree(t)
				full, reduced, redundant = full+f.Executions, reduced+r.Executions, redundant+r.Redundant
			}
			t.Logf("%d programs: %d executions, reduced %d, redundant %d", n, full, reduced, redundant)
		})
	}
}

// Here all that can go on is asleep while a third thread is blocked; a search that does not ask
// for the races of the blocked step then misses a class.
func TestAgreeWhereABlockedStepRaces(t *testing.T) {
	program{
		{{op: "receive"}, {op: "store", i: 1, n: 1}},
		{{op: "kick"}, {op: "drain"}},
		{{op: "kick"}, {op: "load", i: 1}},
	}.agree(t)
}

// Random programs, shrunk when they fail.
func TestAgreeOnDrawnPrograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
		random(2+pick(2), 3, kinds, pick).agree(t)
	})
}
