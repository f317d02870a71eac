//go:build waitaddr_portable || explore || !(linux || windows || darwin || freebsd || (openbsd && (amd64 || arm64 || riscv64)))

package waitaddr

import (
	"container/list"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

const (
	backend      = "portable"
	crossProcess = false
)

// A bucket holds the waiters of some addresses, each a sleeper that is kicked
// when it is chosen, once. Being in the list and being asleep are the same thing.
//
// No wake is lost: a waiter looks at the word [P1] and enters the list in one
// critical section; a waker has changed the word before it takes the lock [P2].
// Either the waker finds the waiter, or its critical section came first and the
// waiter sees the change.
type bucket struct {
	mu      atom.Mutex
	waiters map[*uint32]*list.List // never empty; first in, first out
}

func wait(addr *uint32, expected uint32, d time.Duration, _ Scope) error {
	b := bucketOf(addr)
	b.mu.Lock()
	if differs(addr, expected) { // [P1]
		b.mu.Unlock()
		return ErrMismatch
	}
	sleeper := park.NewSleeper()
	place := b.enter(addr, sleeper)
	b.mu.Unlock()

	if d == forever {
		park.Sleep[struct{}](sleeper.C(), nil)
		return nil
	}
	if park.SleepFor(sleeper.C(), d) {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if park.Drain(sleeper.C()) { // a wake has counted this waiter
		return nil
	}
	b.leave(addr, place)
	return ErrTimeout
}

func wake(addr *uint32, n int, _ Scope) int {
	b := bucketOf(addr)
	b.mu.Lock() // [P2]
	defer b.mu.Unlock()
	woken := 0
	for ; woken < n && b.waiters[addr] != nil; woken++ {
		first := b.waiters[addr].Front()
		first.Value.(park.Sleeper).Kick()
		b.leave(addr, first)
	}
	return woken
}

func (b *bucket) enter(addr *uint32, s park.Sleeper) *list.Element {
	if b.waiters == nil {
		b.waiters = make(map[*uint32]*list.List)
	}
	if b.waiters[addr] == nil {
		b.waiters[addr] = list.New()
	}
	return b.waiters[addr].PushBack(s)
}

func (b *bucket) leave(addr *uint32, place *list.Element) {
	l := b.waiters[addr]
	if l.Remove(place); l.Len() == 0 {
		delete(b.waiters, addr)
	}
}
