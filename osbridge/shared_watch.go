package osbridge

import "context"

// A sharedWatch is the request to a context that its end wake those who sleep with it.
//
// It is kept for the next wait with the same context, and its call may come when nobody waits any more and the
// memory is unmapped. So the call touches the cell only while somebody is inside a wait, whom it holds there
// meanwhile by the lock.
type sharedWatch struct {
	done     <-chan struct{}
	stop     func() bool
	sleepers int // (mu)
}

// enter makes the end of ctx wake the caller, until leave. The caller looks at ctx after it.
func (s *Shared) enter(ctx context.Context) *sharedWatch {
	done := ctx.Done()
	if done == nil {
		return nil
	}
	s.mu.Lock()
	if w := s.kept; w != nil && w.done == done {
		w.sleepers++
		s.mu.Unlock()
		return w
	}
	s.mu.Unlock()

	w := &sharedWatch{done: done, sleepers: 1}
	w.stop = context.AfterFunc(ctx, func() { s.end(w) }) // not under the lock: it may be the user's code
	s.mu.Lock()
	old := s.kept
	if old == nil || old.sleepers == 0 {
		s.kept = w
	} else {
		old = nil
	}
	s.mu.Unlock()
	if old != nil {
		old.stop()
	}
	return w
}

// leave ends what enter began.
func (s *Shared) leave(w *sharedWatch) {
	if w == nil {
		return
	}
	s.mu.Lock()
	w.sleepers--
	last := w.sleepers == 0 && s.kept != w
	s.mu.Unlock()
	if last {
		w.stop()
	}
}

// end is called when the context of w is done. [C2] First that, then another word, then the wake.
func (s *Shared) end(w *sharedWatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == w {
		s.kept = nil
	}
	if w.sleepers == 0 {
		return
	}
	if s.word.Add(sharedOnce)&sharedWaiting != 0 { // n+1
		s.kernel.WakeAll(s.addr)
	}
}

// forget gives up the request that is kept.
func (s *Shared) forget() {
	s.mu.Lock()
	w := s.kept
	if w != nil && w.sleepers > 0 {
		w = nil // leave sees to it
	} else {
		s.kept = nil
	}
	s.mu.Unlock()
	if w != nil {
		w.stop()
	}
}
