package waitcell_test

import (
	"errors"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// A stage is a cell in one state of the table in state.go, and what is needed to go on.
type stage struct {
	cell   *waitcell.Cell
	holder subscribe.Subscription // of the registered waiter, if there is one
}

type (
	wakes  = bool
	answer struct { // of Poll
		woken bool
		err   error
	}
)

// A row says what every operation does in one state: first its results, then the
// bits that are left.
type row struct {
	state string
	build func(c *waitcell.Cell) stage

	wake      wakes
	wakeTo    string
	close     wakes
	closeTo   string
	poll      answer
	pollTo    string
	enrol     error // the newcomer's outcome, as its Err says
	enrolTo   string
	old       error // the outcome of the one whose place it took
	take      error // the holder's outcome
	takeTo    string
	cancelTo  string
	hasHolder bool
}

var (
	errPending = subscribe.ErrPending
	errClosed  = rouse.ErrClosed
	nothing    = answer{}
	aWake      = answer{woken: true}
	theClose   = answer{err: errClosed}
)

// The states are built by ordinary calls, and so by transitions that other rows check.
func parkedStage(c *waitcell.Cell) stage { return stage{cell: c, holder: c.Subscribe()} }
func wakingStage(c *waitcell.Cell) stage { s := parkedStage(c); c.Wake(); return s }
func bothStage(c *waitcell.Cell) stage   { s := wakingStage(c); c.Wake(); return s }
func wokenStage(c *waitcell.Cell) stage  { c.Wake(); return stage{cell: c} }

func shutting(build func(*waitcell.Cell) stage) func(*waitcell.Cell) stage {
	return func(c *waitcell.Cell) stage { s := build(c); c.Close(); return s }
}

var table = []row{
	{
		state: "WAITING", build: func(c *waitcell.Cell) stage { return stage{cell: c} },
		wake: false, wakeTo: "WOKEN", close: false, closeTo: "CLOSED", poll: nothing, pollTo: "WAITING",
		enrol: errPending, enrolTo: "PARKED",
	}, {
		state: "WOKEN", build: wokenStage,
		wake: false, wakeTo: "WOKEN", close: false, closeTo: "WOKEN|CLOSED", poll: aWake, pollTo: "WAITING",
		enrol: nil, enrolTo: "WAKING",
	}, {
		state: "PARKED", build: parkedStage, hasHolder: true,
		wake: true, wakeTo: "WAKING", close: true, closeTo: "CLOSED|PARKED", poll: nothing, pollTo: "PARKED",
		enrol: errPending, enrolTo: "PARKED", old: waitcell.ErrReplaced,
		take: errPending, takeTo: "PARKED", cancelTo: "WAITING",
	}, {
		state: "WAKING", build: wakingStage, hasHolder: true,
		wake: false, wakeTo: "WAKING|WOKEN", close: false, closeTo: "WAKING|CLOSED", poll: nothing, pollTo: "WAKING",
		enrol: errPending, enrolTo: "PARKED", old: nil,
		take: nil, takeTo: "WAITING", cancelTo: "WOKEN",
	}, {
		state: "WAKING|WOKEN", build: bothStage, hasHolder: true,
		wake: false, wakeTo: "WAKING|WOKEN", close: false, closeTo: "WAKING|WOKEN|CLOSED", poll: aWake, pollTo: "WAKING",
		enrol: nil, enrolTo: "WAKING", old: nil,
		take: nil, takeTo: "WOKEN", cancelTo: "WOKEN",
	}, {
		state: "CLOSED", build: shutting(func(c *waitcell.Cell) stage { return stage{cell: c} }),
		wake: false, wakeTo: "CLOSED", close: false, closeTo: "CLOSED", poll: theClose, pollTo: "CLOSED",
		enrol: errClosed, enrolTo: "CLOSED",
	}, {
		state: "WOKEN|CLOSED", build: shutting(wokenStage),
		wake: false, wakeTo: "WOKEN|CLOSED", close: false, closeTo: "WOKEN|CLOSED", poll: aWake, pollTo: "CLOSED",
		enrol: nil, enrolTo: "WAKING|CLOSED",
	}, {
		state: "CLOSED|PARKED", build: shutting(parkedStage), hasHolder: true,
		wake: false, wakeTo: "CLOSED|PARKED", close: false, closeTo: "CLOSED|PARKED", poll: theClose, pollTo: "CLOSED|PARKED",
		enrol: errClosed, enrolTo: "CLOSED|PARKED", old: errClosed,
		take: errClosed, takeTo: "CLOSED", cancelTo: "CLOSED",
	}, {
		state: "WAKING|CLOSED", build: shutting(wakingStage), hasHolder: true,
		wake: false, wakeTo: "WAKING|CLOSED", close: false, closeTo: "WAKING|CLOSED", poll: theClose, pollTo: "WAKING|CLOSED",
		enrol: errClosed, enrolTo: "WAKING|CLOSED", old: nil,
		take: nil, takeTo: "CLOSED", cancelTo: "WOKEN|CLOSED",
	}, {
		state: "WAKING|WOKEN|CLOSED", build: shutting(bothStage), hasHolder: true,
		wake: false, wakeTo: "WAKING|WOKEN|CLOSED", close: false, closeTo: "WAKING|WOKEN|CLOSED", poll: aWake, pollTo: "WAKING|CLOSED",
		enrol: nil, enrolTo: "WAKING|CLOSED", old: nil,
		take: nil, takeTo: "WOKEN|CLOSED", cancelTo: "WOKEN|CLOSED",
	},
}

// Every operation in every state has the result and leaves the bits that the table in
// state.go says. Each is tried on a new cell, and on one that was used
// before, whose record stands in its slot.
func TestTransitions(t *testing.T) {
	for _, r := range table {
		for _, used := range []bool{false, true} {
			name := r.state
			if used {
				name += "/used"
			}
			t.Run(name, func(t *testing.T) { r.check(t, used) })
		}
	}
}

func (r row) check(t *testing.T, used bool) {
	operation := func(name, to string, f func(*testing.T, stage)) {
		t.Run(name, func(t *testing.T) {
			c := new(waitcell.Cell)
			if used {
				c.Subscribe().Cancel()
			}
			s := r.build(c)
			wantState(t, c, r.state)
			f(t, s)
			wantState(t, c, to)
		})
	}
	operation("Wake", r.wakeTo, func(t *testing.T, s stage) {
		if got := s.cell.Wake(); got != r.wake {
			t.Errorf("Wake: %v", got)
		}
	})
	operation("Close", r.closeTo, func(t *testing.T, s stage) {
		if got := s.cell.Close(); got != r.close {
			t.Errorf("Close: %v", got)
		}
		if !s.cell.Closed() {
			t.Error("Closed is false after it")
		}
	})
	operation("Poll", r.pollTo, func(t *testing.T, s stage) {
		wantPoll(t, s.cell, r.poll.woken, r.poll.err)
	})
	operation("Subscribe", r.enrolTo, func(t *testing.T, s stage) {
		sub := s.cell.Subscribe()
		t.Cleanup(func() { // after the look at the bits
			wantOutcome(t, "the newcomer", sub, r.enrol)
			if r.hasHolder {
				wantOutcome(t, "the one before", s.holder, r.old)
			}
		})
	})
	operation("Closed", r.state, func(t *testing.T, s stage) {
		if got, want := s.cell.Closed(), !r.close && r.closeTo == r.state; got != want {
			t.Errorf("Closed: %v", got)
		}
	})
	if !r.hasHolder {
		return
	}
	operation("Err", r.takeTo, func(t *testing.T, s stage) {
		wantOutcome(t, "the holder", s.holder, r.take)
	})
	operation("Cancel", r.cancelTo, func(t *testing.T, s stage) {
		s.holder.Cancel()
		wantOutcome(t, "the holder, cancelled", s.holder, subscribe.ErrEnded)
	})
}

// wantOutcome looks at what a subscription's channel and Err say: Err is the outcome, and C has
// a token exactly when there is one.
func wantOutcome(t testing.TB, who string, s subscribe.Subscription, want error) {
	t.Helper()
	if want != subscribe.ErrEnded {
		select {
		case <-s.C():
			if want == errPending {
				t.Errorf("%s: C delivered, and nothing has happened", who)
			}
		default:
			if want != errPending {
				t.Errorf("%s: C delivered nothing", who)
			}
		}
	}
	if got := s.Err(); !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", who, got, want)
	}
}
