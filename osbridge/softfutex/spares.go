package softfutex

import "github.com/rouse-go/rouse/internal/atom"

// spares are waiters that wait for the next Wait, with channels that are made. They belong to one
// Manager: a channel must not get from one bubble of testing/synctest into another.
type spares struct {
	mu   atom.Mutex
	free atom.Guarded[[]*Waiter]
}

const mostSpares = 64

func (s *spares) get() *Waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	free := s.free.Get()
	if len(free) == 0 {
		return &Waiter{ours: true}
	}
	w := free[len(free)-1]
	s.free.Set(free[:len(free)-1])
	return w
}

func (s *spares) put(w *Waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if free := s.free.Get(); w.with == nil && len(free) < mostSpares {
		s.free.Set(append(free, w))
	}
}
