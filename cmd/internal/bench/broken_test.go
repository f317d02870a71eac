package bench

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Each harness against a primitive that does not do the job: the check must say so.
func TestBrokenPrimitivesAreCaught(t *testing.T) {
	returnsAtOnce := pair{ // a wait that does not wait, and a ball that is never passed
		ping: func(n int) int { return n },
		pong: func(int) int { return 0 },
	}
	for name, c := range map[string]struct {
		run  func(*B)
		want string
	}{
		"turns": {
			turns(func(context.Context) pair { return returnsAtOnce }, plain), "turns out of order: 5, want 0"},
		"the other side of the turns": {
			turns(func(context.Context) pair {
				return pair{ping: func(int) int { return 0 }, pong: func(n int) int { return n }}
			}, plain), "turns out of order: 5, want 0"},
		"broadcast": {
			broadcast(primitive{meeting: func(_ int, arrive func()) meeting {
				return meeting{wait: func(int, int) { arrive() }, tell: func(int) {}}
			}}, 1), "waits that returned too early"},
		"storm": {
			storm(func(int) func(context.Context, int) error {
				return func(context.Context, int) error { return nil }
			}, 3), "waits cancelled: 0, want 15"},
		"a wrong value": {
			deliver(func(context.Context) keys { return keys{alone: func(n int) int { return n - 1 }} }), "values received: 4, want 5"},
		"an answer to nobody": {
			ask(func(context.Context) keys {
				return keys{
					client: func(n int, requests chan<- int) int {
						for key := range n {
							requests <- key
						}
						return n
					},
					answer: func(key, _ int) bool { return key > 0 },
				}
			}), "answers delivered: 4, want 5"},
		"a lock that nobody gets": {
			crowded(func() sync.Locker { return deadEnd{} }, 2), "counted: 0, want 100"},
		"a call that is not run": {
			calls(func() caller { return caller{do: func(context.Context, func()) error { return nil }, over: func() {}} }, 2), "functions that ran: 0, want 5"},
		"one event too many": {
			fanIn(func() events { return events{post: func(int) {}, take: func() int { return 6 }} }, 2), "events: 6, want 5"},
	} {
		s := &Scenario{Name: name, CPU: 2}
		if _, err := s.measure(&Way{Run: c.run}, 5); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// Whoever accounts for events accounts for each of them once: what one batch leaves behind, the next one
// would have too many of.
func TestEventsAreTakenOnce(t *testing.T) {
	for _, p := range primitives() {
		if p.events == nil || p.skip != "" {
			continue
		}
		e := p.events()
		for i := range 100 {
			n := 1 + i%7
			posted := join(func() { e.post(n) })
			if room := p.name != "chan (cap 0)"; room {
				posted()
			}
			got := 0
			for got < n {
				got += e.take()
			}
			posted()
			if got != n {
				t.Errorf("%s: %d events, want %d", p.name, got, n)
			}
		}
		if e.over != nil {
			e.over()
		}
	}
}

// A deadEnd is a lock that ends whoever wants it.
type deadEnd struct{ sync.Locker }

func (deadEnd) Lock() { runtime.Goexit() }
