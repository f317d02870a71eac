package subscribe_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// What the model knows of a source.

// A place is one registration, in the model.
type place struct {
	at   *books
	fate fate
}

type fate string

const (
	pending  fate = "pending"
	woken    fate = "woken"    // given up, it is handed on
	called   fate = "called"   // by a broadcast: given up, it is gone
	shut     fate = "shut"     // the source is closed
	replaced fate = "replaced" // in a cell, by a newcomer
	ended    fate = "ended"
)

// Books are a source without its machinery: who waits in which order, how many wakes nobody has taken,
// closed or not. Every wake is in one of three places: stored, with one place, or taken.
type books struct {
	name   string
	kind   kind
	real   subscribe.Source
	line   []*place // in a cell at most one
	newest *place   // of a cell: the one that its word tells of
	stored int      // at most 1, but in a tray
	closed bool

	// The source itself.
	wake  func() bool
	poll  func() bool
	close func()
	see   func() string
}

type kind string

const (
	aCell  kind = "cell"
	aQueue kind = "queue"
	aTray  kind = "tray"
)

func cellBooks(name string) *books {
	c := new(waitcell.Cell)
	return &books{name: name, kind: aCell, real: c, wake: c.Wake,
		poll:  func() bool { ok, _ := c.Poll(); return ok },
		close: func() { c.CloseWith(errCause) },
		see:   func() string { return c.State().String() }}
}

func queueBooks(name string) *books {
	q := new(waitqueue.Queue)
	return &books{name: name, kind: aQueue, real: q, wake: q.Wake,
		poll:  func() bool { ok, _ := q.Poll(); return ok },
		close: func() { q.CloseWith(errCause) },
		see:   func() string { return q.State().String() }}
}

func trayBooks(name string) *books {
	y := new(tray)
	return &books{name: name, kind: aTray, real: y, wake: y.Wake, poll: y.Poll, close: y.Close, see: y.String}
}

// GoString is for rapid, which prints what was drawn.
func (b *books) GoString() string { return b.name }

// String is what see must say.
func (b *books) String() string {
	if b.kind == aTray {
		return fmt.Sprintf("%d stored, %d open", b.stored, len(b.line)) // All takes at once what it is given
	}
	waiting := len(b.line) > 0
	var set []string
	for _, bit := range []struct {
		on   bool
		name string
	}{
		{b.newest != nil && b.newest.fate == woken, "WAKING"},
		{b.stored > 0, "WOKEN"},
		{b.closed, "CLOSED"},
		{b.kind == aCell && waiting, "PARKED"},
		{b.kind == aQueue && waiting, fmt.Sprintf("PARKED(%d)", len(b.line))},
	} {
		if bit.on {
			set = append(set, bit.name)
		}
	}
	if set == nil {
		return "WAITING"
	}
	return strings.Join(set, "|")
}

// enter registers.
func (b *books) enter() *place {
	p := &place{b, pending}
	if b.kind == aCell && len(b.line) > 0 && (b.stored > 0 || !b.closed) {
		b.next(replaced)
	}
	switch {
	case b.stored > 0:
		b.stored--
		p.fate = woken
	case b.closed:
		p.fate = shut
		return p
	default:
		b.line = append(b.line, p)
	}
	if b.kind == aCell {
		b.newest = p
	}
	return p
}

// next gives the first in line its fate, and says whether there was one.
func (b *books) next(f fate) bool {
	if len(b.line) == 0 {
		return false
	}
	b.line[0].fate = f
	b.line = b.line[1:]
	return true
}

// woke is Wake.
func (b *books) woke() bool {
	if b.closed {
		return false
	}
	return b.give()
}

// give is what Wake and a hand-on have in common: to the first in line, or into the store.
func (b *books) give() bool {
	if b.next(woken) {
		return true
	}
	if b.stored++; b.kind != aTray {
		b.stored = 1
	}
	return false
}

// wakeAll wakes all who wait for a queue; what is none has one wake for it.
func (b *books) wakeAll() int {
	if q, ok := b.real.(*waitqueue.Queue); ok {
		return q.WakeAll()
	}
	b.wake()
	return 0
}

// wokeAll is the same in the model.
func (b *books) wokeAll() int {
	n := len(b.line)
	if b.kind == aQueue {
		b.all(called)
		return n
	}
	b.woke()
	return 0
}

// all ends the line.
func (b *books) all(f fate) {
	for b.next(f) {
	}
}

// leave ends a place: its wake is taken, or else handed on.
func (p *place) leave(taken bool) {
	b, was := p.at, p.fate
	p.fate = ended
	if b.newest == p {
		b.newest = nil
	}
	b.line = slices.DeleteFunc(b.line, func(q *place) bool { return p == q })
	if was == woken && !taken {
		b.give()
	}
}

// outcome is what Err of the place says.
func (p *place) outcome() error {
	switch p.fate {
	case woken, called:
		return nil
	case shut:
		return errCause
	case replaced:
		return waitcell.ErrReplaced
	case ended:
		return subscribe.ErrEnded
	}
	return subscribe.ErrPending
}
