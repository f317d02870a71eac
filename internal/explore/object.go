//go:build explore

package explore

import (
	"math/bits"

	"github.com/rouse-go/rouse/internal/atom"
)

// Op is a kind of step.
type Op = atom.Op

// The steps that only this package has.
const (
	opClose  Op = "cancel"
	opFire   Op = "fire"
	opStop   Op = "stop"
	opChoice Op = "choice"
)

// A request is a step that was announced.
type request struct {
	op      Op
	on      [2]*object // a select has two, of which one may be nil
	choices int        // of a choice: how many there are
	seen    []sight    // of a yield: what it waits to see changed
	pc      []uintptr  // where, if the execution is traced
}

// An object is what steps are about: one atomic variable, one channel.
type object struct {
	key  any // its address, with its type
	name string
	first,
	now state
	events []int32 // the steps about it, by their place in the execution

	// Of the search's order.
	written clock // the last step that changed it
	read    clock // those since that did not

	synced
}

// state is what decides whether a step on an object can be taken.
type state struct {
	version int32 // how often it was changed
	level   level
}

type level int8

const (
	low  level = iota // a channel without a token, a free lock, a timer that runs
	high              // with one, held, fired
	over              // closed, stopped
)

// A sight is an object as a thread saw it.
type sight struct {
	obj     *object
	version int32
}

// look returns the level of an object that no step was about yet.
func look(key any) level {
	switch c := key.(type) {
	case <-chan struct{}:
		if len(c) > 0 {
			return high
		}
		select {
		case <-c: // nothing is in it, so it is closed
			return over
		default:
		}
	case *atom.Mutex:
		if c.Peek().(bool) {
			return high
		}
	}
	return low
}

// after returns the level of an object after a step that changed it.
func (o *object) after(op Op) level {
	switch op {
	case atom.Lock, atom.TryLock, atom.Kick, opFire:
		return high
	case opClose, opStop:
		return over
	}
	return low // one that matters only after Unlock, Drain, Receive, Select
}

// object returns the object at an address.
func (x *execution) object(key any) *object {
	for _, o := range x.objects { // a dozen: quicker than a map
		if o.key == key {
			return o
		}
	}
	n := len(x.objects)
	if n == len(x.kept.objects) {
		x.kept.objects = append(x.kept.objects, new(object))
	}
	o := x.kept.objects[n]
	first := state{level: look(key)}
	*o = object{key: key, first: first, now: first, events: o.events[:0]}
	x.objects = append(x.objects, o)
	return o
}

func (x *execution) request(op Op, a, b any) request {
	r := request{op: op}
	if a != nil {
		r.on[0] = x.object(a)
	}
	if b != nil {
		r.on[1] = x.object(b)
	}
	return r
}

// A view answers what state an object is in.
type view interface{ state(*object) state }

// now is the view of the present.
type now struct{}

func (now) state(o *object) state { return o.now }

// options returns the ways in which a step can be taken, as a set; none: it is blocked.
func (r *request) options(v view) set {
	is := func(o *object, l level) bool { return v.state(o).level == l }
	ok := true
	switch r.op {
	case atom.Lock:
		ok = is(r.on[0], low)
	case atom.Receive:
		ok = !is(r.on[0], low)
	case opFire:
		ok = !is(r.on[0], over)
	case atom.Select:
		var s set
		for k, o := range r.on {
			if o != nil && !is(o, low) {
				s = s.with(k)
			}
		}
		return s
	case atom.Yield:
		ok = len(r.seen) == 0
		for _, s := range r.seen {
			ok = ok || v.state(s.obj).version != s.version
		}
	case opChoice:
		return 1<<r.choices - 1
	}
	if ok {
		return set(0).with(0)
	}
	return 0
}

// writes returns which of a step's objects it changes if it is taken now, as far
// as can be said before.
func (r *request) writes(choice int) set {
	switch r.op {
	case atom.Load, atom.Read, atom.Look, atom.Yield, opChoice:
		return 0
	case atom.Receive, atom.Select:
		if o := r.on[choice]; o == nil || o.now.level == over {
			return 0 // a closed channel stays as it is
		}
		return set(0).with(choice)
	case opStop:
		if r.on[0].now.level != low {
			return 0
		}
	}
	return set(0).with(0)
}

// mayFail reports whether After tells if a step changed anything.
func mayFail(op Op) bool {
	return op == atom.CAS || op == atom.TryLock || op == atom.Kick || op == atom.Drain || op == atom.Touch
}

// A set is a set of small numbers.
type set uint16

func (s set) has(i int) bool        { return s>>i&1 != 0 }
func (s set) with(i int) set        { return s | 1<<i }
func (s set) without(i int) set     { return s &^ (1 << i) }
func (s set) minus(t set) set       { return s &^ t }
func (s set) intersects(t set) bool { return s&t != 0 }
func (s set) lowest() int           { return bits.TrailingZeros16(uint16(s)) }

// all yields the members.
func (s set) all(yield func(int) bool) {
	for ; s != 0; s &= s - 1 {
		if !yield(s.lowest()) {
			return
		}
	}
}
