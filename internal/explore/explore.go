//go:build explore

package explore

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// A Scenario is a small concurrent program.
type Scenario struct {
	Name string

	// Build makes its state, adds its threads, and says what to check. It is called for
	// every execution, and must do the same each time.
	Build func(*Env)

	// Legal are the outcomes that it may have, all of which occur. Nil: whatever its checks allow.
	Legal []string
}

// A Result is what a search has found.
type Result struct {
	Executions int            // of different classes
	Redundant  int            // begun, and left when they turned out to be of a class that was visited
	Steps      int            // of all executions
	Longest    int            // the steps of the longest execution
	Threads    int            // the most that one execution had
	Outcomes   map[string]int // how many executions ended how
	Time       time.Duration
	Failure    *Failure // nil: the search was exhaustive, and nothing failed
}

// A Failure is an execution that went wrong.
type Failure struct {
	Kind     string // LOST WAKEUP, livelock, data race, panic, illegal outcome, or failed
	What     string
	Schedule string
	Table    string
}

func (f *Failure) Error() string { return f.Kind + ": " + f.What }

// maxSteps is the length of an execution that is taken to have no end.
const maxSteps = 3000

// Search visits every execution of s, one of each class, until one fails.
func Search(s Scenario) Result { return newSearch(&s).run() }

func newSearch(s *Scenario) *search { return &search{scenario: s, x: new(execution)} }

func (s *search) run() Result {
	start := time.Now()
	x := s.x
	defer x.stop()
	s.Outcomes = map[string]int{}
	for {
		switch v := s.execute(); {
		case x.failure != nil:
			s.Executions++
			s.Failure = x.failure
			s.Failure.Schedule = encode(s.path[:len(x.events)])
			s.Failure.Table = replay(s.scenario, s.Failure.Schedule).table()
			s.Time = time.Since(start)
			return s.Result
		case v == redundant:
			s.Redundant++
		default:
			s.Executions++
			s.Outcomes[x.outcome]++
			if s.visit != nil {
				s.visit(x)
			}
		}
		if !s.advance() || s.Executions == s.most {
			s.Time = time.Since(start)
			return s.Result
		}
		s.fixed = len(s.path) - 1
	}
}

// execute runs one execution: the path, and from its end on what comes first.
func (s *search) execute() verdict {
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
	v := s.drive()
	x.unwind()
	s.Steps += len(x.events)
	s.Longest = max(s.Longest, len(x.events))
	s.Threads = max(s.Threads, len(x.threads))
	return v
}

func (s *search) drive() verdict {
	x := s.x
	for x.failure == nil {
		if len(x.events) == maxSteps {
			x.fail("livelock", fmt.Sprintf("%d steps, and no end", maxSteps))
			break
		}
		t, choice, v, ok := s.next()
		if !ok {
			s.blocked()
			if v == ended {
				x.finish(s.scenario.Legal)
			}
			return v
		}
		before, r := t.order, t.next
		e := x.step(t, choice)
		if i := len(x.events) - 1; i >= s.fixed && !s.full {
			s.races(t, &r, e.acc, &before, &e.order, x.events[:i])
		}
		s.took(e)
	}
	return ended
}

// Run searches scenarios, each in a subtest of its name. A failing one is reported with
// its schedule, and a line that runs it again:
//
//	EXPLORE_REPLAY=name=schedule go test -tags explore -run ...
func Run(t *testing.T, scenarios ...Scenario) {
	name, schedule, replaying := strings.Cut(os.Getenv("EXPLORE_REPLAY"), "=")
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			if replaying {
				if name != s.Name {
					t.Skip("another one is being replayed")
				}
				x := replay(&s, schedule)
				t.Logf("\n%s", x.table())
				if x.failure != nil {
					t.Error(x.failure)
				}
				return
			}
			r := Search(s)
			if f := r.Failure; f != nil {
				t.Fatalf("%v\nafter %d executions, in this one:\n\n%s\nEXPLORE_REPLAY='%s=%s' go test -tags explore -run '%s'",
					f, r.Executions, f.Table, s.Name, f.Schedule, pattern(t.Name()))
			}
			t.Log(r)
			for _, o := range s.Legal {
				if r.Outcomes[o] == 0 {
					t.Errorf("never seen: %s", o)
				}
			}
		})
	}
}

// pattern returns what -run wants for a test.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

func (r Result) String() string {
	s := fmt.Sprintf("exhaustive: %d executions", r.Executions)
	if r.Redundant > 0 {
		s += fmt.Sprintf(" (and %d redundant)", r.Redundant)
	}
	s += fmt.Sprintf(", up to %d steps of %d threads, %v", r.Longest, r.Threads, r.Time.Round(time.Millisecond/10))
	for _, o := range slices.Sorted(maps.Keys(r.Outcomes)) {
		if o != "" {
			s += fmt.Sprintf("\n\t%8d x %s", r.Outcomes[o], o)
		}
	}
	return s
}
