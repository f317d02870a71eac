package waitcell_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"pgregory.net/rapid"
)

// The model of a cell, in plain words: at most one stored wake, at most one waiter, perhaps a cause. It is driven
// beside the cell itself by one goroutine, step by step, with all its handles, those too that are over.
type model struct {
	stored bool
	closed bool
	cause  error
	holder *handle // the one in the cell's place
	all    []*handle
}

type handle struct {
	sub      subscribe.Subscription
	fate     fate
	received bool // the user has received from C
}

type fate int

const (
	pending fate = iota
	woken
	shutOut  // registered, and then the cell was closed
	late     // came after the close
	replaced // and stays so: every later question is answered that way
	over
)

// outcome is what Err must say.
func (m *model) outcome(h *handle) error {
	switch h.fate {
	case pending:
		return subscribe.ErrPending
	case woken:
		return nil
	case shutOut, late:
		return m.closedError()
	case replaced:
		return waitcell.ErrReplaced
	}
	return subscribe.ErrEnded
}

func (m *model) closedError() error {
	if m.cause != nil {
		return m.cause
	}
	return rouse.ErrClosed
}

func (m *model) wake() bool {
	switch {
	case m.closed:
		return false
	case m.holder != nil && m.holder.fate == pending:
		m.holder.fate = woken
		return true
	}
	m.stored = true
	return false
}

func (m *model) close(cause error) bool {
	if m.closed {
		return false
	}
	m.closed, m.cause = true, cause
	if m.holder != nil && m.holder.fate == pending {
		m.holder.fate = shutOut
		return true
	}
	return false
}

func (m *model) enrol() *handle {
	h := new(handle)
	if m.closed && !m.stored {
		h.fate = late
		return h
	}
	if m.holder != nil && m.holder.fate == pending {
		m.holder.fate = replaced
	}
	m.holder = h
	if m.stored {
		m.stored = false
		h.fate = woken
	}
	return h
}

// end ends a registration, and says where its wake goes if it is not taken.
func (m *model) end(h *handle, taken bool) {
	if h.fate == late || h.fate == replaced {
		return
	}
	if m.holder == h {
		m.holder = nil
	}
	if h.fate == woken && !taken {
		if next := m.holder; next != nil && (next.fate == pending || next.fate == shutOut) {
			next.fate = woken
		} else {
			m.stored = true
		}
	}
	h.fate = over
}

// take is what waits do first.
func (m *model) take() bool {
	was := m.stored
	m.stored = false
	return was
}

// bits are what State must say.
func (m *model) bits() string {
	var set []string
	add := func(name string, on bool) {
		if on {
			set = append(set, name)
		}
	}
	in := m.holder
	add("WAKING", in != nil && in.fate == woken)
	add("WOKEN", m.stored)
	add("CLOSED", m.closed)
	add("PARKED", in != nil && (in.fate == pending || in.fate == shutOut))
	if set == nil {
		return "WAITING"
	}
	return strings.Join(set, "|")
}

// A sequence of calls by one goroutine has the results that the model has, and leaves the bits that it has.
func cellBesideModel(t *rapid.T) {
	var c, other waitcell.Cell
	var m model
	if rapid.Bool().Draw(t, "numbers about to repeat") {
		c.Subscribe().Cancel()
		waitcell.BeforeRepeat(&c, rapid.Uint32Range(0, 9).Draw(t, "left"))
	}
	b := c.Bind(done())
	defer b.Release()
	ctx := done()

	same := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Fatalf("%s: %v, the model says %v", what, got, want)
		}
	}
	sameErr := func(what string, got, want error) {
		t.Helper()
		if want == nil && got != nil || !errors.Is(got, want) {
			t.Fatalf("%s: %v, the model says %v", what, got, want)
		}
	}
	subscribes := func(*rapid.T) {
		h := m.enrol()
		h.sub = c.Subscribe()
		m.all = append(m.all, h)
	}
	subscribes(t) // so that there is always one for the actions on handles
	some := func(t *rapid.T) *handle {
		return rapid.SampledFrom(m.all).Draw(t, "handle")
	}
	// afterTake is what a wait returns that takes what is stored and has a context that is done.
	afterTake := func(want error) error {
		switch {
		case m.take():
			return nil
		case m.closed:
			return m.closedError()
		}
		return want
	}

	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			same("State", c.State().String(), m.bits())
			same("Closed", c.Closed(), m.closed)
			same("the other cell", other.State().String(), "WAITING")
		},
		"Wake":  func(t *rapid.T) { same("Wake", c.Wake(), m.wake()) },
		"Wake2": func(t *rapid.T) { same("Wake", c.Wake(), m.wake()) },
		"CloseWith": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "seldom") != 0 {
				return // another time
			}
			cause := rapid.SampledFrom([]error{nil, errCause, errAbort}).Draw(t, "cause")
			same("CloseWith", c.CloseWith(cause), m.close(cause))
		},
		"Poll": func(t *rapid.T) {
			woken, err := c.Poll()
			same("Poll", woken, m.stored)
			sameErr("Poll", err, afterTake(nil))
		},
		"Wait":         func(t *rapid.T) { sameErr("Wait", c.Wait(ctx), afterTake(context.Canceled)) },
		"Bound.Wait":   func(t *rapid.T) { sameErr("Bound.Wait", b.Wait(), afterTake(context.Canceled)) },
		"WaitTimeout":  func(t *rapid.T) { sameErr("WaitTimeout", c.WaitTimeout(0), afterTake(context.DeadlineExceeded)) },
		"WaitFor true": func(t *rapid.T) { sameErr("WaitFor", c.WaitFor(ctx, yes), nil); m.end(m.enrol(), false) },
		"Bound.WaitFor true": func(t *rapid.T) {
			sameErr("WaitFor", b.WaitFor(yes), nil)
			m.end(m.enrol(), false)
		},
		"Bound.WaitFor false": func(t *rapid.T) {
			h := m.enrol()
			for h.fate == woken { // and evaluates, and registers, again
				m.end(h, true)
				h = m.enrol()
			}
			want := m.outcome(h)
			if want == subscribe.ErrPending {
				want = context.Canceled
			}
			m.end(h, true)
			sameErr("Bound.WaitFor", b.WaitFor(func() bool { return false }), want)
		},
		"Any": func(t *rapid.T) {
			h := m.enrol()
			want := m.outcome(h)
			if want == subscribe.ErrPending {
				want = context.Canceled
			}
			m.end(h, true)
			_, err := subscribe.Any(ctx, &other, &c)
			sameErr("Any", err, want)
		},
		"All": func(t *rapid.T) {
			h := m.enrol()
			want := context.Canceled
			if err := m.outcome(h); err != nil && err != subscribe.ErrPending {
				want = err
			}
			m.end(h, false)
			sameErr("All", subscribe.All(ctx, &other, &c), want)
		},
		"Subscribe": subscribes,
		"Err": func(t *rapid.T) {
			h := some(t)
			want := m.outcome(h)
			sameErr("Err", h.sub.Err(), want)
			if want != subscribe.ErrPending {
				m.end(h, true)
			}
		},
		"Subscription.Wait": func(t *rapid.T) {
			h := some(t)
			want := m.outcome(h)
			if want == subscribe.ErrPending {
				want = context.Canceled
			}
			sameErr("Subscription.Wait", h.sub.Wait(ctx), want)
			m.end(h, true)
		},
		"Cancel": func(t *rapid.T) {
			h := some(t)
			h.sub.Cancel()
			m.end(h, false)
		},
		"C": func(t *rapid.T) {
			h := some(t)
			ch := h.sub.C() // does no harm, whatever became of h
			if h.fate == over {
				return // one must not receive from it
			}
			select {
			case <-ch:
				if h.fate == pending || h.received {
					t.Fatalf("C delivered; fate %d, received %v", h.fate, h.received)
				}
				h.received = h.fate != late && !m.closed // a wake may be handed on to one that the close had kicked
			default:
				if h.fate != pending && !h.received {
					t.Fatalf("C delivered nothing; fate %d", h.fate)
				}
			}
			if m.closed && h.fate != late && h.fate != pending {
				h.received = true
				h.sub.Cancel()
				m.end(h, false)
			}
		},
	})
}

func yes() bool { return true }

func TestCellBesideModel(t *testing.T) { rapid.Check(t, cellBesideModel) }

func FuzzCellBesideModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(cellBesideModel)) }
