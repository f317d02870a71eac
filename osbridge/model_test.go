package osbridge_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"pgregory.net/rapid"
)

// The model of a cell in which threads and goroutines wait by turns: at most one stored wake, at most one waiter.
// The threads are real; each step begins when the one before has come to rest, and so there is one right answer.
type model struct {
	cell   waitcell.Cell
	stored bool
	closed bool
	cause  error
	holder *handle
	over   []*handle // those that have an outcome which nobody has asked for
}

// A handle is one wait: of a thread that sleeps, or a goroutine's subscription.
type handle struct {
	result <-chan error
	cancel context.CancelCauseFunc
	sub    subscribe.Subscription
	want   error
}

// settle gives the holder its outcome.
func (m *model) settle(want error) {
	m.holder.want = want
	m.over = append(m.over, m.holder)
	m.holder = nil
}

func (m *model) closedError() error {
	if m.cause != nil {
		return m.cause
	}
	return rouse.ErrClosed
}

// enrol registers h, which start begins.
func (m *model) enrol(t *rapid.T, h *handle, start func()) {
	if m.holder != nil {
		m.settle(waitcell.ErrReplaced)
	}
	start()
	m.holder = h
	switch {
	case m.stored:
		m.stored = false
		m.settle(nil)
	case m.closed:
		m.settle(m.closedError())
	}
}

func (m *model) thread(t *rapid.T) {
	p := rapid.SampledFrom(ways[:6]).Draw(t, "way")
	h := &handle{}
	ctx, cancel := bg, context.CancelCauseFunc(func(error) {})
	if rapid.Bool().Draw(t, "cancellable") {
		ctx, cancel = context.WithCancelCause(bg)
	}
	h.cancel = cancel
	rest := !m.stored && !m.closed
	m.enrol(t, h, func() {
		if wait := func() error { return p.wait(ctx, &m.cell) }; rest {
			if m.holder != nil || m.cell.State().String() != "WAITING" {
				t.Fatalf("the cell is %v before a thread comes", m.cell.State())
			}
			h.result = asleep(&m.cell, wait)
		} else {
			h.result = onThread(wait)
		}
	})
	if ctx == bg {
		h.cancel = nil
	}
}

func (m *model) check(t *rapid.T) {
	for _, h := range m.over {
		var err error
		if h.result != nil {
			err = <-h.result
		} else {
			err = h.sub.Err()
		}
		if h.cancel != nil {
			h.cancel(nil)
		}
		if !errors.Is(err, h.want) {
			t.Fatalf("a wait returned %v, want %v", err, h.want)
		}
	}
	m.over = nil
	want := "WAITING"
	switch {
	case m.stored && m.closed:
		want = "WOKEN|CLOSED"
	case m.stored:
		want = "WOKEN"
	case m.closed:
		want = "CLOSED"
	case m.holder != nil:
		want = "PARKED"
	}
	got := m.cell.State().String()
	if want == "PARKED" && m.holder.result != nil { // how a thread sleeps is its own affair
		got, _, _ = strings.Cut(got, "|LOOKING")
	}
	if got != want {
		t.Fatalf("the cell is %s, want %s", got, want)
	}
}

func modelThreads(t *rapid.T) {
	m := new(model)
	t.Cleanup(func() { // whoever still sleeps is let go
		if m.cell.Close(); m.holder != nil {
			m.settle(m.closedError())
		}
		for _, h := range m.over {
			if h.result != nil {
				<-h.result
			}
		}
	})
	t.Repeat(map[string]func(*rapid.T){
		"": m.check,
		"a thread waits": func(t *rapid.T) {
			if m.holder != nil { // one that sleeps is put out first, so that asleep cannot take it for the newcomer
				m.cell.Subscribe().Cancel()
				m.settle(waitcell.ErrReplaced)
				m.check(t)
			}
			m.thread(t)
		},
		"a thread has no time": func(t *rapid.T) {
			p := rapid.SampledFrom([]osbridge.Policy{{}, sleepy, {Spin: -1, Kernel: -1}}).Draw(t, "policy")
			d := time.Duration(rapid.IntRange(0, 1).Draw(t, "us")) * time.Microsecond
			want := error(context.DeadlineExceeded)
			switch {
			case m.stored:
				m.stored, want = false, nil
			case m.closed:
				want = m.closedError()
			case d > 0 && m.holder != nil: // without time it polls
				m.settle(waitcell.ErrReplaced)
			}
			if err := <-onThread(func() error { return p.WaitTimeout(&m.cell, d) }); !errors.Is(err, want) {
				t.Fatalf("WaitTimeout: %v, want %v", err, want)
			}
		},
		"a goroutine subscribes": func(t *rapid.T) {
			h := &handle{}
			m.enrol(t, h, func() { h.sub = m.cell.Subscribe() })
		},
		"wake": func(t *rapid.T) {
			want := m.holder != nil && !m.closed
			if got := m.cell.Wake(); got != want {
				t.Fatalf("Wake: %v, want %v", got, want)
			}
			switch {
			case want:
				m.settle(nil)
			case !m.closed:
				m.stored = true
			}
		},
		"poll": func(t *rapid.T) {
			woken, err := m.cell.Poll()
			if woken != m.stored || (err != nil) != (m.closed && !m.stored) {
				t.Fatalf("Poll: %v, %v", woken, err)
			}
			m.stored = false
		},
		"cancel": func(t *rapid.T) {
			if h := m.holder; h != nil && h.cancel != nil {
				h.cancel(errCause)
				m.settle(errCause)
			} else if h != nil && h.result == nil {
				h.sub.Cancel()
				m.holder = nil
			}
		},
		"close": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "really") > 0 {
				return // a closed cell has not much to tell
			}
			want := m.holder != nil && !m.closed
			if got := m.cell.CloseWith(errCause); got != want {
				t.Fatalf("Close: %v, want %v", got, want)
			}
			if !m.closed {
				m.closed, m.cause = true, errCause
			}
			if want {
				m.settle(errCause)
			}
		},
	})
}

func TestModelOfThreads(t *testing.T) { rapid.Check(t, modelThreads) }
func FuzzThreads(f *testing.F)        { f.Fuzz(rapid.MakeFuzz(modelThreads)) }
