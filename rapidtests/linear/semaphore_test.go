package linear

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/rouse-go/rouse/waitqueue"
)

// A semaphore of size units, one a holder.
type semaphore interface {
	Acquire(context.Context) error
	TryAcquire() bool
	Release()
}

const size = 2

var semaphoreModel = porcupine.Model{
	Init: func() any { return size },
	Step: func(state, input, output any) (bool, any) {
		free := state.(int)
		switch input {
		case "acquire":
			if output != "woken" {
				return output == "cancelled", free
			}
			return free > 0, free - 1
		case "try":
			if output == false {
				return free == 0, free
			}
			return free > 0, free - 1
		case "release":
			return free < size, free + 1
		}
		panic(input)
	},
}

// onQueue is a semaphore of an atomic count and a Queue.
type onQueue struct {
	free   atomic.Int32
	queue  waitqueue.Queue
	broken bool // it looks and takes in two steps
}

func (s *onQueue) TryAcquire() bool {
	for {
		n := s.free.Load()
		if n == 0 {
			return false
		}
		if s.broken {
			runtime.Gosched()
			s.free.Add(-1)
			return true
		}
		if s.free.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

func (s *onQueue) Acquire(ctx context.Context) error { return s.queue.WaitFor(ctx, s.TryAcquire) }

func (s *onQueue) Release() {
	s.free.Add(1)
	s.queue.Wake()
}

// onCond is one of a count, a mutex and a Cond.
type onCond struct {
	mu     sync.Mutex
	free   int
	cond   waitqueue.Cond
	broken bool // it takes without looking again
}

func (s *onCond) TryAcquire() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		return false
	}
	s.free--
	return true
}

func (s *onCond) Acquire(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.free == 0 {
		if err := s.cond.WaitContext(ctx); err != nil {
			return err
		}
		if s.broken {
			break // woken, so there must be one: not if somebody else was quicker
		}
	}
	s.free--
	return nil
}

func (s *onCond) Release() {
	s.mu.Lock()
	s.free++
	s.mu.Unlock()
	s.cond.Signal()
}

func newOnQueue(broken bool) semaphore {
	s := &onQueue{broken: broken}
	s.free.Store(size)
	return s
}

func newOnCond(broken bool) semaphore {
	s := &onCond{free: size, broken: broken}
	s.cond.L = &s.mu
	return s
}

// recordSemaphore lets five acquire and release, some of whom lose patience.
func recordSemaphore(s semaphore, seed uint64) *history {
	h := newHistory(seed)
	for i := range 5 {
		h.actor(i, func(a *actor) {
			for range 5 {
				held := false
				switch a.IntN(4) {
				case 0:
					held = a.call("try", func() any { return s.TryAcquire() }) == true
				case 1:
					ctx, cancel := context.WithCancel(context.Background())
					go cancel()
					held = a.call("acquire", func() any { return outcome(s.Acquire(ctx)) }) == "woken"
				default:
					held = a.call("acquire", func() any { return outcome(s.Acquire(context.Background())) }) == "woken"
				}
				if held {
					a.call("release", func() any { s.Release(); return nil })
				}
			}
		})
	}
	h.run()
	return h
}

func TestSemaphoresAreLinearizable(t *testing.T) {
	for name, s := range map[string]func(bool) semaphore{"on Queue": newOnQueue, "on Cond": newOnCond} {
		t.Run(name, func(t *testing.T) {
			accept(t, semaphoreModel, func(seed uint64) *history { return recordSemaphore(s(false), seed) })
		})
		t.Run(name+", broken", func(t *testing.T) {
			refute(t, semaphoreModel, func(seed uint64) *history { return recordSemaphore(s(true), seed) })
		})
	}
}
