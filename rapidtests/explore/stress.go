//go:build !explore

package explore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// Exhaustive says whether this build visits every interleaving: it is true with the build tag
// `explore`, and then the types below have the same fields and methods, and some more.
const Exhaustive = false

// A Scenario is a small concurrent program.
type Scenario struct {
	Name string

	// Build makes its state, adds its threads, and says what to check. It is called for
	// every execution, and must do the same each time.
	Build func(*Env)

	// Legal are the outcomes that it may have; with the tag, all of them must occur. Nil: whatever its checks allow.
	Legal []string
}

// A Result is what was found.
type Result struct {
	Executions int            // with the tag, of different classes
	Outcomes   map[string]int // how many executions ended how
	Time       time.Duration
	Failure    *Failure // nil: nothing failed
}

// A Failure is an execution that went wrong.
type Failure struct {
	Kind     string // LOST WAKEUP, livelock, data race, panic, illegal outcome, failed
	What     string
	Schedule string // with the tag: for EXPLORE_REPLAY
	Table    string // with the tag: step by step
}

func (f *Failure) Error() string { return f.Kind + ": " + f.What }

// rounds is how often a scenario is run: a second or less of real threads.
const rounds = 2000

// Run searches scenarios, each in a subtest of its name. With the tag, one that fails
// is reported with its steps and a line that replays it; without, it is a stress.
func Run(t *testing.T, scenarios ...Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			r := Search(t, s)
			if r.Failure != nil {
				t.Fatalf("%v\nin execution %d of a stress; -tags explore shows the steps", r.Failure, r.Executions)
			}
			t.Logf("a stress of %d executions, not exhaustive: the interleavings are the scheduler's choice; -tags explore visits all", r.Executions)
		})
	}
}

// Search is Run for one scenario, the result being the caller's to judge: t does not fail.
func Search(t *testing.T, s Scenario) (r Result) {
	start := time.Now()
	r.Outcomes = map[string]int{}
	n := rounds
	if testing.Short() {
		n /= 10
	}
	left := false
	defer func() {
		r.Time = time.Since(start)
		// A bubble must not end while somebody sleeps in it, says synctest. Here
		// somebody does: that was found and is in the result.
		if e := recover(); e != nil && !left {
			panic(e)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		for r.Failure == nil && !left && r.Executions < n {
			e := &Env{start: make(chan struct{})}
			s.Build(e)
			left = e.run(s.Legal)
			r.Executions++
			r.Outcomes[e.outcome]++
			r.Failure = e.failure
		}
	})
	return r
}

// An Env is what a scenario is built in.
type Env struct {
	threads []*Thread
	start   chan struct{}
	check   func()
	parts   []func() string
	outcome string

	mu      sync.Mutex
	failure *Failure
}

// A Thread is one of the goroutines of a scenario.
type Thread struct {
	name     string
	over     atom.Bool
	maySleep bool
}

// MaySleep says that it is no failure if t sleeps when all others have ended. Where there is
// such a thread, let the check end its sleep after looking, by a Close say; otherwise
// the stress of an ordinary build stops at the first execution that leaves one behind.
func (t *Thread) MaySleep() *Thread {
	t.maySleep = true
	return t
}

// Go adds a thread.
func (e *Env) Go(name string, f func()) *Thread {
	t := &Thread{name: name}
	e.threads = append(e.threads, t)
	go func() {
		defer t.over.Store(true)
		defer func() {
			if r := recover(); r != nil {
				e.fail("panic", fmt.Sprintf("%v, in %s", r, name))
			}
		}()
		<-e.start // all at once: that is when they meet
		f()
	}()
	return t
}

// Check says what is to be called when no thread can take a step any more, and all
// have ended but those that may sleep. What it does is not explored.
func (e *Env) Check(f func()) { e.check = f }

// Call adds a thread whose result is a part of the outcome: "name=result", or
// "name=asleep".
func (e *Env) Call(name string, f func() any) *Thread {
	var result any
	t := e.Go(name, func() { result = f() })
	e.Final(name, func() any {
		if !t.over.Load() {
			return "asleep"
		}
		return result
	})
	return t
}

// Final adds a part to the outcome that f tells when no thread can take a step any more.
func (e *Env) Final(name string, f func() any) {
	e.parts = append(e.parts, func() string { return fmt.Sprintf("%s=%v", name, f()) })
}

// Outcome says, in Check, which of the scenario's outcomes this is.
func (e *Env) Outcome(format string, args ...any) { e.outcome = fmt.Sprintf(format, args...) }

// Errorf says that the execution failed.
func (e *Env) Errorf(format string, args ...any) { e.fail("failed", fmt.Sprintf(format, args...)) }

func (e *Env) fail(kind, what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failure == nil {
		e.failure = &Failure{Kind: kind, What: what}
	}
}

// Name gives a name in reports to a variable of package atom, or to all of them in a
// struct; v points to it. show may be nil, or make a string of a value, or "" where it cannot.
func (e *Env) Name(name string, v any, show func(any) string) {}

// Choose returns a number below n: each in some execution, or here, a random one.
func (e *Env) Choose(n int) int { return rand.IntN(n) }

// Receive is <-c for the channel of a subscription.
func (e *Env) Receive(c <-chan struct{}) { <-c }

// A Context is cancelled by a thread that calls the function that came with it.
type Context struct{ context.Context }

// Context returns a context, and a function for some thread to cancel it with.
func (e *Env) Context() (ctx *Context, cancel func()) {
	c, cancel := context.WithCancel(context.Background())
	return &Context{c}, cancel
}

// run lets the threads run until none can go on, and answers whether some never will.
func (e *Env) run(legal []string) (left bool) {
	close(e.start)
	time.Sleep(24 * time.Hour) // the bubble's: it has passed when all timers have fired and everybody sleeps
	synctest.Wait()
	for _, t := range e.asleep() {
		if left = true; !t.maySleep {
			e.fail("LOST WAKEUP", "nobody can take a step, and this has not ended: "+t.name)
		}
	}
	if e.failure != nil {
		return left
	}
	for i, part := range e.parts {
		if i > 0 {
			e.outcome += " "
		}
		e.outcome += part()
	}
	if e.check != nil {
		e.check()
	}
	if legal != nil && !slices.Contains(legal, e.outcome) {
		e.fail("illegal outcome", e.outcome)
	}
	synctest.Wait()
	return len(e.asleep()) > 0
}

func (e *Env) asleep() (ts []*Thread) {
	for _, t := range e.threads {
		if !t.over.Load() {
			ts = append(ts, t)
		}
	}
	return ts
}
