//go:build explore

package park_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// at runs do before the nth step of those that follow.
type at struct {
	n  int
	do func()
}

func (a *at) Before(atom.Op, any, any) int {
	if a.n--; a.n == 0 {
		atom.SetHook(nil)
		a.do()
	}
	return 0
}

func (a *at) After(bool) {}

// A kick and its note come between any two steps of Settle: if that says that the token is gone, it is.
func TestKickBetweenTheStepsOfSettle(t *testing.T) {
	defer atom.SetHook(nil)
	for n := 1; n <= 4; n++ {
		var e park.Exposure
		s := park.NewSleeper()
		e.Expose(7, s.C())
		atom.SetHook(&at{n, func() { s.Kick(); e.Kicked(7, false) }})
		over := e.Settle(7, s.C())
		atom.SetHook(nil)
		if over && park.Drain(s.C()) {
			t.Errorf("kicked before step %d: Settle says that it is over, and left the token", n)
		}
	}
}
