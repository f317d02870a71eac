//go:build explore

package explore

import (
	"fmt"
	"sync"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// A search goes through the executions of a scenario, depth first.
type search struct {
	scenario *Scenario
	full     bool // explore everything, reduce nothing
	path     []node
	fixed    int      // how much of the path the last execution had too
	sleep    sleepers // at the state after the last node
	x        *execution
	lacking  without
	Result

	watch func(Result) // called now and then

	visit func(*execution) // for tests: called for each execution,
	most  int              // of which there should be no more; 0: any number
}

func newSearch(s *Scenario) *search { return &search{scenario: s, x: new(execution)} }

// searching is held by who searches: there is one hook.
var searching sync.Mutex

func (s *search) run() Result {
	searching.Lock()
	defer searching.Unlock()
	start := time.Now()
	x := s.x
	defer x.stop()
	s.Outcomes = map[string]int{}
	for {
		redundant := s.execute()
		switch {
		case x.failure != nil:
			s.Executions++
			s.Failure = x.failure
			s.Failure.Schedule = encode(s.path[:len(x.events)])
			again := replay(s.scenario, s.Failure.Schedule)
			s.Failure.Table, s.Failure.Steps = again.table(), again.steps()
			s.Time = time.Since(start)
			return s.Result
		case redundant:
			s.Redundant++
		default:
			s.Executions++
			s.Outcomes[x.outcome]++
			if s.visit != nil {
				s.visit(x)
			}
		}
		if s.watch != nil && (s.Executions+s.Redundant)%64 == 0 {
			s.Time = time.Since(start)
			s.watch(s.Result)
		}
		if !s.advance() || s.Executions == s.most {
			s.Time = time.Since(start)
			return s.Result
		}
		s.fixed = len(s.path) - 1
	}
}

// execute runs one execution: the path, and from its end on what comes first. It answers
// true if it stopped because all that comes after was visited.
func (s *search) execute() (redundant bool) {
	x := s.x
	x.reset()
	timers := x.timer
	atom.SetHook(x)
	park.Timers.Store(&timers)
	defer func() {
		park.Timers.Store(nil)
		atom.SetHook(nil)
	}()
	s.sleep = sleepers{}
	s.scenario.Build(&Env{x})
	x.start(0, nil)
	redundant = s.drive()
	x.unwind()
	s.Steps += len(x.events)
	s.Longest = max(s.Longest, len(x.events))
	s.Threads = max(s.Threads, len(x.threads))
	return redundant
}

func (s *search) drive() (redundant bool) {
	x := s.x
	for x.failure == nil {
		if len(x.events) == maxSteps {
			x.fail("livelock", fmt.Sprintf("%d steps, and no end", maxSteps))
			break
		}
		n, redundant := s.next()
		if n == nil {
			s.blocked()
			if !redundant {
				x.finish(s.scenario.Legal)
			}
			return redundant
		}
		t := x.threads[n.thread]
		before, r := t.order, t.next
		e := x.step(t, n.choice)
		if i := len(x.events) - 1; i >= s.fixed {
			s.races(t, &r, e.acc, &before, &e.order, x.events[:i])
		}
		s.took(n, e)
	}
	return false
}

// next returns the node of the step to take next, or nil where there is none.
func (s *search) next() (n *node, redundant bool) {
	x := s.x
	depth, ready := len(x.events), x.ready()
	if depth == len(s.path) {
		able := ready.minus(s.sleep.set)
		if able == 0 {
			return nil, ready != 0
		}
		s.path = append(s.path, s.newNode(ready, able))
	}
	n = &s.path[depth]
	r := &x.threads[n.thread].next
	ways := r.options(now{})
	if n.fresh && ready.has(n.thread) {
		n.fresh, n.op = false, r.op
		n.sleep.wrote[n.thread] = 0
		n.choice = ways.lowest()
		n.choices = ways.without(n.choice)
	}
	if !ready.has(n.thread) || !ways.has(n.choice) || n.op != r.op && n.op != "" {
		x.fail("not repeatable", "the scenario does not do the same each time, or this is a schedule of another one")
		return nil, false
	}
	return n, false
}

// newNode returns a node for the present state, where able are those that are ready and not asleep.
func (s *search) newNode(ready, able set) node {
	n := node{thread: able.lowest(), fresh: true, sleep: s.sleep}
	if len(s.path) > 0 {
		if last := s.path[len(s.path)-1].thread; able.has(last) {
			n.thread = last // fewer switches: easier to read
		}
	}
	n.backtrack = set(0).with(n.thread)
	if s.full {
		n.backtrack = ready
	}
	return n
}

// took notes the event that came of a node's step, and what sleeps after it.
func (s *search) took(n *node, e *event) {
	if s.full {
		return
	}
	for k, a := range e.acc {
		if a.wrote {
			n.sleep.wrote[n.thread] |= set(0).with(k) // it is not asleep yet: see advance
		}
	}
	if len(s.x.events) < len(s.path) {
		return // there are nodes that know
	}
	s.sleep = sleepers{wrote: n.sleep.wrote}
	for i := range n.sleep.set.all {
		if i != n.thread && !depends(&s.x.threads[i].next, n.sleep.wrote[i], e) {
			s.sleep.set = s.sleep.set.with(i)
		}
	}
}

// depends reports whether a step, changing those of its objects, depends on e.
func depends(r *request, wrote set, e *event) bool {
	for _, a := range e.acc {
		for k, o := range r.on {
			if o == a.obj && (a.wrote || wrote.has(k)) {
				return true
			}
		}
		for _, s := range r.seen {
			if s.obj == a.obj && a.wrote {
				return true
			}
		}
	}
	return false
}

// advance changes the path to one that was not visited, and answers false if there is none.
func (s *search) advance() bool {
	for len(s.path) > 0 {
		n := &s.path[len(s.path)-1]
		if n.choices != 0 {
			n.choice = n.choices.lowest()
			n.choices = n.choices.without(n.choice)
			return true
		}
		n.sleep.set = n.sleep.set.with(n.thread)
		if rest := n.backtrack.minus(n.sleep.set); rest != 0 {
			n.thread, n.fresh = rest.lowest(), true
			return true
		}
		s.path = s.path[:len(s.path)-1]
	}
	return false
}
