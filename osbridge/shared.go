package osbridge

import (
	"context"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// A Shared is this process's handle on a cell in memory that several processes have
// mapped: a memfd, a mapped file. Make it with [NewShared] or [NewSharedIn], any number for one cell.
//
// It does what a [waitcell.Cell] does, across processes: a wake that finds nobody waiting is stored,
// the next wait takes it, and any number of such wakes are one. All methods may be called by any number
// of goroutines and processes at once. Several may wait: a wake wakes them all, and one takes it.
//
// Every Wake synchronizes before the wait that consumes it, in the terminology of the Go
// memory model, within a process. Across processes the same instructions order the same memory.
//
// A wait sleeps in the kernel: it occupies an OS thread, as any blocking system call. A wake
// costs a system call only if somebody may be asleep.
//
// # Death
//
// A process may be killed at any instant, and the cell stays what it was: its state is the one
// word, changed in single steps, and nobody waits for anybody to finish anything.
//
//   - A waiter that is killed leaves a bit that costs the next Wake one needless system call.
//     If it was killed after it took a wake, the wake went with it.
//   - A waker that is killed inside Wake has stored the wake, or not. If it was killed before it woke the
//     sleeper, that one sleeps on until the next Wake, or until its time is over; then it
//     takes the stored wake. So where the other side can die, wait with a timeout.
//
// # Other languages
//
// The layout is version 0: see docs/proofs/shared.md. To wake in C, given the address of the first four bytes:
//
//	uint32_t was = __atomic_fetch_or(word, 1, __ATOMIC_SEQ_CST);
//	if (was & 4)
//		syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
//
// On a closed cell such a wake is stored, and one wait takes it; Wake itself looks first.
type Shared struct {
	word   *atom.Uint32
	addr   *uint32 // the word, for the kernel
	kernel sharedKernel

	mu   atom.Mutex
	kept *sharedWatch // (mu) of the context that was waited with last
}

// sharedKernel is what the system has to do: compare and sleep, and wake all. A wait may return
// early for any reason. The tests have one that the explorer drives.
type sharedKernel interface {
	WaitUntil(addr *uint32, expected uint32, deadline time.Time) error
	WakeAll(addr *uint32) int
}

// Wake wakes whoever waits, or stores the wake if nobody does.
//
//   - true: the kernel woke somebody (or does not tell whether it did).
//   - false: nobody slept. The wake is stored, unless the cell is closed: then nothing happens.
//
// It never blocks.
func (s *Shared) Wake() bool {
	s.must()
	for {
		v := s.word.Load()
		if v&sharedClosed != 0 {
			s.rouse(v) // a closer may have been killed before it did
			return false
		}
		// Also if a wake is stored: what we did before it must be seen by who takes that one (P2).
		if s.word.CompareAndSwap(v, v|sharedWoken) { // * -> * + woken (I6) [W2]
			return s.rouse(v | sharedWoken)
		}
	}
}

// Close closes the cell for good, for all processes. Their waits, now and later, return rouse.ErrClosed.
// A wake that was stored before can still be taken. It reports whether somebody was woken by it,
// as far as the system tells.
func (s *Shared) Close() bool {
	s.must()
	s.forget()
	for {
		v := s.word.Load()
		if v&sharedClosed != 0 {
			s.rouse(v)
			return false
		}
		if s.word.CompareAndSwap(v, v|sharedClosed) { // * -> * + closed (I5)
			return s.rouse(v | sharedClosed)
		}
	}
}

// rouse wakes all who may sleep on the word, which was v a moment ago and has W or C.
//
// The bit goes last, and only if the word is still v: had it gone with the step before, and we died between the
// two, a sleeper would be left behind whom no later Wake looks for (I2).
func (s *Shared) rouse(v uint32) bool {
	if v&sharedWaiting == 0 {
		return false
	}
	n := s.kernel.WakeAll(s.addr)              // (I4)
	s.word.CompareAndSwap(v, v&^sharedWaiting) // woken+S -> woken, closed+S -> closed (I3)
	return n != 0
}

// Closed reports whether the cell is closed.
func (s *Shared) Closed() bool {
	s.must()
	return s.word.Load()&sharedClosed != 0
}

// Poll takes a stored wake. It never blocks.
//
//   - true, nil: a wake was taken.
//   - false, nil: there was none.
//   - false, rouse.ErrClosed: there was none, and the cell is closed.
func (s *Shared) Poll() (woken bool, err error) {
	s.must()
	for {
		v := s.word.Load()
		if v&sharedWoken == 0 {
			if v&sharedClosed != 0 {
				return false, rouse.ErrClosed
			}
			return false, nil
		}
		if s.word.CompareAndSwap(v, v&^sharedWoken+sharedOnce) { // woken -> idle, n+1 (I3, I6)
			return true, nil
		}
	}
}

// Wait blocks until a wake is there, then takes it.
//
//   - nil: a wake was taken.
//   - rouse.ErrClosed: the cell is closed.
//   - the context's error: ctx was done. If its cause is another error than
//     ctx.Err(), errors.Is holds for both.
//   - another error names the system call that failed.
//
// With an error no wake was taken. If a wake and a cancellation race, the wake wins; a context that was done before
// fails at once unless a wake is stored.
//
// The handle asks [context.AfterFunc] for one call when ctx is done, and keeps that request for the
// next wait, until one comes with another context, or Close. While the context stays the same, Wait
// allocates nothing.
func (s *Shared) Wait(ctx context.Context) error {
	if ctx == nil {
		panic("osbridge: nil context")
	}
	if taken, err := s.Poll(); taken || err != nil {
		return err
	}
	if ctx.Err() != nil {
		return s.giveUp(park.ContextError(ctx))
	}
	defer s.leave(s.enter(ctx))
	deadline, _ := ctx.Deadline()
	err := s.sleep(ctx, deadline)
	if err == waitaddr.ErrTimeout {
		// The kernel was faster than the context, whose error we owe. It is about to be
		// done, and that wakes us.
		err = s.sleep(ctx, time.Time{})
	}
	return err
}

// WaitTimeout is Wait for at most d; when that has passed it returns
// context.DeadlineExceeded. With d <= 0 it takes what is stored and does not block.
func (s *Shared) WaitTimeout(d time.Duration) error {
	switch taken, err := s.Poll(); {
	case taken || err != nil:
		return err
	case d <= 0:
		return context.DeadlineExceeded
	}
	err := s.sleep(context.Background(), time.Now().Add(d))
	if err == waitaddr.ErrTimeout {
		err = s.giveUp(context.DeadlineExceeded)
	}
	return err
}

// sleep sleeps until there is something to return. waitaddr.ErrTimeout: the deadline passed, no more.
//
// [W1] Announce, then look again: the word that the kernel compares has S. A waker does the reverse [W2]: it sets W, and
// looks for S in the same step. Both are steps on one word, so one is first. If ours, the waker finds S and wakes
// whoever sleeps; if the waker's, the kernel finds another word than we have seen, and nobody sleeps.
//
// [C1] The context is asked after the word was read. Its end does the reverse [C2]: the context is done,
// then the word is changed. If we missed the end, the kernel finds another word.
func (s *Shared) sleep(ctx context.Context, deadline time.Time) error {
	for {
		v := s.word.Load()
		if v&(sharedWoken|sharedClosed) != 0 {
			if taken, err := s.Poll(); taken || err != nil {
				return err
			}
			continue
		}
		if v&sharedWaiting == 0 {
			if !s.word.CompareAndSwap(v, v|sharedWaiting) { // idle -> waiting (I2) [W1]
				continue
			}
			v |= sharedWaiting
		}
		if ctx.Err() != nil { // [C1]
			return s.giveUp(park.ContextError(ctx))
		}
		switch err := s.kernel.WaitUntil(s.addr, v, deadline); err { // (I1)
		case nil, waitaddr.ErrMismatch:
		case waitaddr.ErrTimeout:
			return err
		default:
			return s.giveUp(err)
		}
	}
}

// giveUp returns err, unless there is a wake, or the cell is closed: these win.
func (s *Shared) giveUp(err error) error {
	if taken, closed := s.Poll(); taken || closed != nil {
		return closed
	}
	return err
}

func (s *Shared) must() {
	if s == nil || s.word == nil {
		panic("osbridge: Shared not made by NewShared")
	}
}
