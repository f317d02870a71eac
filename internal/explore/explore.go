//go:build explore

package explore

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
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
	Kind     string // LOST WAKEUP, livelock, data race, panic, illegal outcome, failed, or not repeatable
	What     string
	Schedule string // for EXPLORE_REPLAY: see Run
	Table    string // step by step
	Steps    []Step // the same for programs
}

func (f *Failure) Error() string { return f.Kind + ": " + f.What }

// maxSteps is the length of an execution that is taken to have no end.
const maxSteps = 3000

// Search visits every execution of s, one of each class, until one fails. It is no
// business of other goroutines meanwhile: none may use package atom or park.
func Search(s Scenario) Result { return newSearch(&s).run() }

// Run searches scenarios, each in a subtest of its name. A failing one is reported with
// its schedule, and a line that runs it again:
//
//	EXPLORE_REPLAY='name=schedule' go test -tags explore -v -run ...
//
// See [Event] for how a program watches.
func Run(t *testing.T, scenarios ...Scenario) {
	name, schedule, replaying := strings.Cut(os.Getenv("EXPLORE_REPLAY"), "=")
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			if !asked(t.Name()) {
				t.Skip("it was not asked for")
			}
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
			r := watched(t.Name(), s)
			if f := r.Failure; f != nil {
				t.Fatalf("%v\nafter %d executions, in this one:\n\n%s\nEXPLORE_REPLAY='%s=%s' go test -tags explore -v -run '%s' %s",
					f, r.Executions, f.Table, s.Name, f.Schedule, pattern(t.Name()), here())
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

// here is the package under test, as seen from the top of its module.
func here() string {
	dir, err := os.Getwd()
	for top := dir; err == nil && top != filepath.Dir(top); top = filepath.Dir(top) {
		if _, err := os.Stat(filepath.Join(top, "go.mod")); err == nil {
			rel, _ := filepath.Rel(top, dir)
			return "./" + filepath.ToSlash(rel)
		}
	}
	return "."
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
