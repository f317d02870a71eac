package waitqueue_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
	"pgregory.net/rapid"
)

// Random programs of one goroutine on a Queue, against a model that a child could follow: a
// line, a permit and a flag. Subscriptions are the waiters, and those that are over are used on.

func TestQueueFollowsItsModel(t *testing.T) { rapid.Check(t, queueProgram) }
func FuzzQueue(f *testing.F)                { f.Fuzz(rapid.MakeFuzz(queueProgram)) }

// What a waiter of the model was given.
type given string

const (
	nothing   given = ""
	aWake     given = "Wake"
	aWakeLast given = "WakeLast"
	aSignal   given = "Signal"
	aWakeAll  given = "WakeAll"
	aClose    given = "Close"
	theEnd    given = "the end"
	comeLate  given = "came after the close" // and answers so for ever
)

// A lineModel is a queue without its machinery.
type lineModel struct {
	line   []int // who waits
	got    []given
	permit bool
	closed bool
}

func (m *lineModel) state() string {
	s := ""
	for _, part := range []struct {
		on   bool
		text string
	}{{m.permit, "WOKEN"}, {m.closed, "CLOSED"}, {len(m.line) > 0, fmt.Sprintf("PARKED(%d)", len(m.line))}} {
		if part.on && s != "" {
			s += "|"
		}
		if part.on {
			s += part.text
		}
	}
	if s == "" {
		return "WAITING"
	}
	return s
}

func (m *lineModel) enter() {
	g := nothing
	switch {
	case m.permit:
		m.permit, g = false, aWake
	case m.closed:
		g = comeLate
	default:
		m.line = append(m.line, len(m.got))
	}
	m.got = append(m.got, g)
}

// give gives g to the next, and reports whether there was one.
func (m *lineModel) give(g given) bool {
	if len(m.line) == 0 {
		return false
	}
	i := 0
	if g == aWakeLast {
		i = len(m.line) - 1
	}
	m.got[m.line[i]] = g
	m.line = slices.Delete(m.line, i, i+1)
	return true
}

func (m *lineModel) giveAll(g given, most int) (n int) {
	for n < most && m.give(g) {
		n++
	}
	return n
}

// wake is Wake and WakeLast, handOn what follows a cancellation; they differ on a closed queue.
func (m *lineModel) wake(g given) bool {
	woke := m.give(g)
	m.permit = m.permit || !woke && !m.closed
	return woke
}

func (m *lineModel) handOn(g given) {
	if !m.give(g) && g != aSignal {
		m.permit = true
	}
}

// take returns what Err should return for waiter i, and ends it.
func (m *lineModel) take(i int) error {
	switch m.got[i] {
	case nothing:
		return subscribe.ErrPending
	case comeLate:
		return rouse.ErrClosed
	case theEnd:
		return subscribe.ErrEnded
	case aClose:
		m.got[i] = theEnd
		return rouse.ErrClosed
	}
	m.got[i] = theEnd
	return nil
}

func (m *lineModel) cancel(i int) {
	g := m.got[i]
	if g == comeLate {
		return
	}
	m.got[i] = theEnd
	m.line = slices.DeleteFunc(m.line, func(k int) bool { return k == i })
	if g == aWake || g == aWakeLast || g == aSignal {
		m.handOn(g)
	}
}

func (m *lineModel) close() int {
	m.closed = true
	return m.giveAll(aClose, len(m.line))
}

// handles are the actions on subscriptions that Queue and Cond have in common. There must be one.
func (m *lineModel) handles(subs *[]sub) map[string]func(*rapid.T) {
	exposed := map[int]<-chan struct{}{}
	pick := func(t *rapid.T) int {
		return rapid.IntRange(0, len(*subs)-1).Draw(t, "waiter")
	}
	return map[string]func(*rapid.T){
		"Err": func(t *rapid.T) {
			i := pick(t)
			wantErr(t, "Err", (*subs)[i].Err(), m.take(i))
		},
		"Cancel": func(t *rapid.T) {
			i := pick(t)
			(*subs)[i].Cancel()
			m.cancel(i)
		},
		"Wait": func(t *rapid.T) {
			i := pick(t)
			want := m.take(i)
			err := (*subs)[i].Wait(done())
			if want == subscribe.ErrPending {
				want = done().Err()
				m.cancel(i)
			}
			wantErr(t, "Wait", err, want)
		},
		"C": func(t *rapid.T) { // receives where the model says that it may
			i := pick(t)
			if m.got[i] == theEnd {
				(*subs)[i].C()
				return
			}
			c := (*subs)[i].C()
			if exposed[i] != nil {
				return // received before, perhaps
			}
			select {
			case <-c:
				exposed[i] = c
				want(t, "C delivered, and there is an outcome", m.got[i] != nothing, true)
			default:
				want(t, "C did not deliver, and there is none", m.got[i], nothing)
			}
		},
	}
}

func queueProgram(t *rapid.T) {
	var q waitqueue.Queue
	var m lineModel
	var subs []sub
	b := q.Bind(bg)
	defer b.Release()
	actions := m.handles(&subs)
	for name, f := range map[string]func(*rapid.T){
		"Subscribe": func(t *rapid.T) { subs = append(subs, q.Subscribe()); m.enter() },
		"Enter":     func(t *rapid.T) { subs = append(subs, q.Subscribe(), q.Subscribe()); m.enter(); m.enter() },
		"Wake":      func(t *rapid.T) { want(t, "Wake", q.Wake(), m.wake(aWake)) },
		"WakeLast":  func(t *rapid.T) { want(t, "WakeLast", q.WakeLast(), m.wake(aWakeLast)) },
		"Signal":    func(t *rapid.T) { want(t, "Signal", q.Signal(), m.give(aSignal)) },
		"WakeN": func(t *rapid.T) {
			n := rapid.IntRange(0, 4).Draw(t, "n")
			want(t, "WakeN", q.WakeN(n), m.giveAll(aSignal, n))
		},
		"WakeAll":     func(t *rapid.T) { want(t, "WakeAll", q.WakeAll(), m.giveAll(aWakeAll, len(m.line))) },
		"WakeAllSlow": func(t *rapid.T) { want(t, "WakeAll", waitqueue.WakeAllSlow(&q), m.giveAll(aWakeAll, len(m.line))) },
		"Poll": func(t *rapid.T) {
			ok, err := q.Poll()
			want(t, "Poll", ok, m.permit)
			want(t, "its error", err != nil, !m.permit && m.closed)
			m.permit = false
		},
		"Bound": func(t *rapid.T) {
			if !m.permit && !m.closed {
				return // it would sleep
			}
			want(t, "Bound.Wait", b.Wait() == nil, m.permit)
			m.permit = false
		},
		"WaitFor": func(t *rapid.T) { wantErr(t, "WaitFor", q.WaitFor(bg, func() bool { return true }), nil) },
		"Close": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "closes at 0") == 0 {
				want(t, "Close", q.Close(), m.close())
			}
		},
		"": func(t *rapid.T) { wantQueue(t, &q, m.state()) },
	} {
		actions[name] = f
	}
	actions["Subscribe"](t) // so that there is always somebody for the actions on handles
	t.Repeat(actions)
	for i, s := range subs {
		wantErr(t, "in the end", s.Err(), m.take(i))
	}
}
