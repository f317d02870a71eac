package osbridge

import "github.com/rouse-go/rouse/internal/atom"

// A call is a function on its way to a thread and back. Its word:
//
//	state       the thread             the caller
//	queued      -> running             -> cancelled (its context), or + waited
//	running     -> over                + waited
//	over                               takes the result; the call is free
//	cancelled   the call is free       has left
//
// waited is a bit beside queued and running: the caller sleeps in the cell, or is about to.
//
// Invariants.
//
//	C1. A call is the thread's while it is queued or running, and whoever leads it out of these frees it
//	    or hands it over: the caller's when it is over, the thread's when it is cancelled.
//	    One that nobody waits for (Go) is the thread's to the end.
//	C2. The thread wakes the cell once if the step to over finds waited, and the caller waits there
//	    until it has: so a free call's cell holds no wake.
//	C3. The function and the result belong to whom the state says; the step that hands them
//	    over orders the accesses.
type call struct {
	state atom.Uint32
	cell  bed
	next  atom.Guarded[*call] // of the list that the call is in

	job     atom.Guarded[job]     // (C3)
	outcome atom.Guarded[outcome] // (C3)
}

type job struct {
	f        func()
	detached bool // of Go: nobody waits
}

// An outcome is how f ended. The zero value: it returned.
type outcome struct {
	panicked *PanicError
	exited   bool // by runtime.Goexit
}

const (
	callQueued = iota
	callRunning
	callOver
	callCancelled
	callWaited = 4 // a bit
)

// begin is called by the thread. If it answers false, the call was cancelled.
func (c *call) begin() bool {
	for {
		s := c.state.Load()
		if s&^callWaited != callQueued {
			return false
		}
		if c.state.CompareAndSwap(s, s+callRunning-callQueued) { // queued -> running (C1)
			return true
		}
	}
}

// end is called by the thread, which does not touch the call after it.
func (c *call) end() {
	if c.state.Swap(callOver)&callWaited != 0 { // [W2] running -> over (C1)
		c.cell.Wake() // (C2)
	}
}

// wait says that the caller will wait in the cell, unless the call is over.
func (c *call) wait() bool {
	for {
		s := c.state.Load()
		if s == callOver {
			return false
		}
		if c.state.CompareAndSwap(s, s|callWaited) { // queued, running -> + waited (C2)
			return true
		}
	}
}

// cancel is called by the caller. If it answers true, the call does not run, and is the thread's.
func (c *call) cancel() bool {
	for {
		s := c.state.Load()
		if s&^callWaited != callQueued {
			return false
		}
		if c.state.CompareAndSwap(s, callCancelled) { // queued -> cancelled (C1)
			return true
		}
	}
}

// Spare calls are kept, the last one where a single caller finds it without a lock.
type spareCalls struct {
	last atom.Pointer[call]
	mu   atom.Mutex
	rest atom.Guarded[*call] // (mu)
	n    atom.Guarded[int]   // (mu) of rest
}

// maxSpare is how many are kept; the others are left to the garbage collector.
const maxSpare = 64

func (s *spareCalls) get() *call {
	c := s.last.Swap(nil)
	if c == nil {
		c = s.getSlow()
	}
	c.state.Store(callQueued)
	return c
}

func (s *spareCalls) getSlow() *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.rest.Get()
	if c == nil {
		return new(call)
	}
	s.rest.Set(c.next.Get())
	s.n.Set(s.n.Get() - 1)
	return c
}

func (s *spareCalls) put(c *call) {
	c.job.Set(job{})
	c.outcome.Set(outcome{})
	if s.last.CompareAndSwap(nil, c) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.n.Get(); n < maxSpare {
		c.next.Set(s.rest.Get())
		s.rest.Set(c)
		s.n.Set(n + 1)
	}
}

// The line of calls: a stack that callers push on, and that the thread takes whole and turns round.
//
//	head   nil          nobody is in line
//	       a call       the newest, and by next the older ones
//	       the end      no more come: Close has put it there, and it stays
//
// The order of the pushes is the order of the calls.
type callLine struct {
	head atom.Pointer[call]
	ends atom.Mutex // held by who puts the end
	last call       // the end
}

// push puts c in line, and fails if the line has ended. Who has pushed then wakes the thread [P2].
func (l *callLine) push(c *call) bool {
	for {
		h := l.head.Load()
		if h == &l.last {
			return false
		}
		c.next.Set(h)
		if l.head.CompareAndSwap(h, c) {
			return true
		}
	}
}

// end ends the line; those in it are still taken. It reports whether it was the first to.
//
// Each push brings a call of its own; there is one end. Two that push it at once would both write the link to the older calls, and
// one of them might have seen fewer: those that came since would be lost.
func (l *callLine) end() bool {
	l.ends.Lock()
	defer l.ends.Unlock()
	return l.push(&l.last)
}

// take returns those in line, the oldest first, and whether that was all for ever. It is for the thread only.
func (l *callLine) take() (first *call, ended bool) {
	for {
		h := l.head.Load()
		if h == &l.last {
			newest := h.next.Get()
			h.next.Set(nil)
			return reverse(newest), true
		}
		if h == nil || l.head.CompareAndSwap(h, nil) {
			return reverse(h), false
		}
	}
}

func reverse(c *call) (first *call) {
	for c != nil {
		next := c.next.Get()
		c.next.Set(first)
		first, c = c, next
	}
	return first
}
