package osbridge

import (
	"context"
	"runtime"
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
)

// The bits, for tests that play a foreign process.
const (
	SharedWoken   = sharedWoken
	SharedClosed  = sharedClosed
	SharedWaiting = sharedWaiting
	SharedOnce    = sharedOnce
)

// A Kernel is what the tests put in the system's place.
type Kernel = sharedKernel

// NewSharedOn is NewShared with another kernel.
func NewSharedOn(cell *uint64, k Kernel) *Shared {
	return &Shared{word: (*atom.Uint32)(unsafe.Pointer(cell)), addr: (*uint32)(unsafe.Pointer(cell)), kernel: k}
}

// Word returns the cell's word, for tests that play a foreign process.
func (s *Shared) Word() *atom.Uint32 { return s.word }

// Settle returns when the call for the end of the context that was kept has been made.
func (s *Shared) Settle() {
	for {
		s.mu.Lock()
		over := s.kept == nil
		s.mu.Unlock()
		if over {
			return
		}
		runtime.Gosched()
	}
}

// Keep makes ctx the one that the handle has asked, and returns what that calls at its end.
func (s *Shared) Keep(ctx context.Context) (end func()) {
	s.kept = &sharedWatch{done: ctx.Done(), stop: func() bool { return true }}
	w := s.kept
	return func() { s.end(w) }
}
