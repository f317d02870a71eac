package waitcell_test

import (
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// What comes while a waiter is writing itself into the cell waits for no one, and is found when the
// registration is finished: the rows registering(g) of the table.
func TestTransitionsWhileRegistering(t *testing.T) {
	wake := func(t *testing.T, c *waitcell.Cell) {
		if c.Wake() {
			t.Error("Wake woke somebody")
		}
	}
	shut := func(t *testing.T, c *waitcell.Cell) {
		if c.Close() {
			t.Error("Close woke somebody")
		}
	}
	poll := func(t *testing.T, c *waitcell.Cell) { wantPoll(t, c, true, nil) }
	pollNone := func(t *testing.T, c *waitcell.Cell) { wantPoll(t, c, false, nil) }
	type ops = []func(*testing.T, *waitcell.Cell)
	for _, r := range []struct {
		name     string
		do       ops
		to       string // while it is registering
		finished string
		outcome  error
	}{
		{"nothing", ops{pollNone}, "REGISTERING", "PARKED", subscribe.ErrPending},
		{"Wake", ops{wake}, "REGISTERING|WOKEN", "WAKING", nil},
		{"two Wakes", ops{wake, wake}, "REGISTERING|WOKEN", "WAKING", nil},
		{"Wake, Poll", ops{wake, poll}, "REGISTERING", "PARKED", subscribe.ErrPending},
		{"Close", ops{shut}, "REGISTERING|CLOSED", "CLOSED", rouse.ErrClosed},
		{"Wake, Close", ops{wake, shut}, "REGISTERING|WOKEN|CLOSED", "WAKING|CLOSED", nil},
		{"Close, Wake", ops{shut, wake}, "REGISTERING|CLOSED", "CLOSED", rouse.ErrClosed},
		{"Wake, Close, Poll", ops{wake, shut, poll}, "REGISTERING|CLOSED", "CLOSED", rouse.ErrClosed},
	} {
		t.Run(r.name, func(t *testing.T) {
			var c waitcell.Cell
			finish := waitcell.BeginRegistering(&c)
			wantState(t, &c, "REGISTERING")
			for _, op := range r.do {
				op(t, &c)
			}
			wantState(t, &c, r.to)
			sub := finish()
			wantState(t, &c, r.finished)
			wantOutcome(t, "the registrant", sub, r.outcome)
		})
	}
}

// The one whose place is being taken has its outcome although the newcomer is not in yet.
func TestTransitionsOfTheReplacedWhileRegistering(t *testing.T) {
	for _, r := range table {
		if !r.hasHolder || r.enrol == errClosed {
			continue
		}
		t.Run(r.state, func(t *testing.T) {
			s := r.build(new(waitcell.Cell))
			sub := waitcell.BeginRegistering(s.cell)()
			wantState(t, s.cell, r.enrolTo)
			wantOutcome(t, "the newcomer", sub, r.enrol)
			wantOutcome(t, "the one before", s.holder, r.old)
		})
	}
}

// Note [5] of the table: a wake from before the close, given up by one who was put out of its place,
// goes to the waiter that the close has woken, if that has not looked yet.
func TestHandOnAfterCloseReachesTheWaiter(t *testing.T) {
	var c waitcell.Cell
	first := c.Subscribe()
	c.Wake()
	second := c.Subscribe()
	c.Close()
	wantState(t, &c, "CLOSED|PARKED")
	first.Cancel()
	wantState(t, &c, "WAKING|CLOSED")
	wantErr(t, "the second waiter", second.Err(), nil)
	wantState(t, &c, "CLOSED")
}

// A wake that was given up by one who was put out of its place goes on: to the waiter that is there, or
// back into the cell.
func TestHandOnOfADetachedWake(t *testing.T) {
	for _, r := range []struct {
		before, after string
		prepare       func(c *waitcell.Cell, second subscribe.Subscription)
	}{
		{"PARKED", "WAKING", func(*waitcell.Cell, subscribe.Subscription) {}},
		{"WAKING", "WAKING|WOKEN", func(c *waitcell.Cell, _ subscribe.Subscription) { c.Wake() }},
		{"WAITING", "WOKEN", func(_ *waitcell.Cell, s subscribe.Subscription) { s.Cancel() }},
		{"CLOSED", "WOKEN|CLOSED", func(c *waitcell.Cell, s subscribe.Subscription) { s.Cancel(); c.Close() }},
	} {
		t.Run(r.before, func(t *testing.T) {
			var c waitcell.Cell
			first := c.Subscribe()
			c.Wake()
			r.prepare(&c, c.Subscribe())
			wantState(t, &c, r.before)
			first.Cancel()
			wantState(t, &c, r.after)
			first.Cancel() // and no second time
			wantState(t, &c, r.after)
		})
	}
}

// State names every bit that is set, in the order of the bits.
func TestStateString(t *testing.T) {
	for s, want := range map[waitcell.State]string{
		0:  "WAITING",
		3:  "REGISTERING|WAKING",
		5:  "REGISTERING|WOKEN",
		8:  "CLOSED",
		31: "REGISTERING|WAKING|WOKEN|CLOSED|PARKED",
	} {
		if got := s.String(); got != want {
			t.Errorf("State(%d) is %q, want %q", s, got, want)
		}
	}
}
