package linear

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// The model of Queue and of Cond: a line, what those were told who left it, and a permit.

// A lineOp is an operation on the line. Those on one waiter have its number.
type lineOp struct {
	kind string
	id   int
}

// told is what a waiter was told, one of:
type told uint8

const (
	nothing told = iota // it is in the line, or has not come yet
	aWake
	aWakeLast
	aSignal
	aBroadcast
	aClose
	theEnd
)

const most = 32 // waiters in a history

// A lineState can be compared.
type lineState struct {
	line           [most]uint8
	waiting        int
	told           [most]told
	permit, closed bool
}

// give takes out the first, or the last for a WakeLast, and reports whether there was one.
func (s *lineState) give(g told) bool {
	i := 0
	if g == aWakeLast {
		i = s.waiting - 1
	}
	if s.waiting == 0 {
		return false
	}
	s.told[s.line[i]] = g
	s.remove(i)
	return true
}

func (s *lineState) remove(i int) {
	copy(s.line[i:], s.line[i+1:])
	s.waiting--
	s.line[s.waiting] = 0
}

func (s *lineState) giveAll(g told) int {
	n := s.waiting
	for s.give(g) {
	}
	return n
}

func (s *lineState) wake(g told) bool {
	if s.give(g) {
		return true
	}
	s.permit = s.permit || !s.closed
	return false
}

// leave ends a waiter's stay, and reports whether it may have that outcome.
func (s *lineState) leave(id int, outcome string) bool {
	was := s.told[id]
	if outcome == "pending" {
		return was == nothing
	}
	s.told[id] = theEnd
	switch outcome {
	case "woken":
		return aWake <= was && was <= aBroadcast
	case "closed":
		return was == aClose
	case "cancelled": // only if it was told nothing: a wake wins
		return was == nothing && s.drop(id)
	}
	return false
}

func (s *lineState) drop(id int) bool {
	for i := range s.waiting {
		if s.line[i] == uint8(id) {
			s.remove(i)
			return true
		}
	}
	return false
}

// cancel ends a waiter's stay and hands on what it was told.
func (s *lineState) cancel(id int) {
	was := s.told[id]
	s.told[id] = theEnd
	switch was {
	case nothing:
		s.drop(id)
	case aWake, aWakeLast:
		if !s.give(was) {
			s.permit = true
		}
	case aSignal:
		s.give(was)
	}
}

// step returns what an operation does, and whether it may have that output.
func (s lineState) step(o lineOp, output any) (bool, lineState) {
	is := func(want any) bool { return output == want }
	ok := true
	switch o.kind {
	case "enter":
		switch {
		case s.permit:
			s.permit, s.told[o.id] = false, aWake
		case s.closed:
			s.told[o.id] = aClose
		default:
			s.line[s.waiting] = uint8(o.id)
			s.waiting++
		}
	case "leave":
		ok = s.leave(o.id, output.(string))
	case "cancel":
		s.cancel(o.id)
	case "wake":
		ok = is(s.wake(aWake))
	case "wakeLast":
		ok = is(s.wake(aWakeLast))
	case "signal":
		ok = is(s.give(aSignal))
	case "wakeAll":
		ok = is(s.giveAll(aBroadcast))
	case "poll":
		ok = is(s.permit)
		s.permit = false
	case "len":
		ok = is(s.waiting)
	case "close":
		s.closed = true
		ok = is(s.giveAll(aClose))
	case "cond signal":
		s.give(aSignal)
	case "cond broadcast":
		s.giveAll(aBroadcast)
	default:
		panic(fmt.Sprintf("no operation %q", o.kind))
	}
	return ok, s
}

var lineModel = porcupine.Model{
	Init: func() any { return lineState{} },
	Step: func(state, input, output any) (bool, any) {
		s, o := state.(lineState), input.(lineOp)
		if (o.kind == "leave" || o.kind == "cancel") && !s.came(o.id) {
			return false, s // it enters before it leaves
		}
		ok, next := s.step(o, output)
		return ok, next
	},
}

// came reports whether a waiter has entered.
func (s *lineState) came(id int) bool {
	if s.told[id] != nothing {
		return true
	}
	for i := range s.waiting {
		if s.line[i] == uint8(id) {
			return true
		}
	}
	return false
}
