package parkinglot_test

import (
	"context"
	"fmt"
	"sync"
	"unsafe"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// A ByteMutex is a mutex of one byte. Who waits for it waits in a lot, which all such mutexes
// share.
//
//	state    Lock                Unlock
//	0        -> locked
//	locked   -> locked|parked,   -> 0
//	         and parks
//	locked|  parks               one is unparked; parked stays if others wait;
//	parked                       locked stays if the lock is handed to the one
//
// parked is set before somebody parks, and validated under the bucket's lock; it is cleared
// under that lock only. So Unlock, which looks at it last, misses nobody.
type ByteMutex struct{ state parkinglot.Uint8 }

var lot = new(parkinglot.Lot)

var spin = 50 // how often Lock looks before it parks

const (
	locked = 1
	parked = 2

	handedOver = 1 // an unparker's token: the lock is yours
)

var _ = [1]struct{}{}[unsafe.Sizeof(ByteMutex{})-1] // one byte

func (m *ByteMutex) TryLock() bool {
	for {
		s := m.state.Load()
		if s&locked != 0 {
			return false
		}
		if m.state.CompareAndSwap(s, s|locked) {
			return true
		}
	}
}

func (m *ByteMutex) Lock() {
	if !m.state.CompareAndSwap(0, locked) {
		m.lockSlow(context.Background())
	}
}

func (m *ByteMutex) LockContext(ctx context.Context) error {
	if m.state.CompareAndSwap(0, locked) {
		return nil
	}
	return m.lockSlow(ctx)
}

func (m *ByteMutex) lockSlow(ctx context.Context) error {
	for range spin { // it may be free in a moment
		if m.TryLock() {
			return nil
		}
	}
	for !m.TryLock() {
		if s := m.state.Load(); s == locked && !m.state.CompareAndSwap(s, locked|parked) || s == 0 {
			continue
		}
		token, err := lot.Park(ctx, m.key(), parkinglot.Parking{
			Validate: func() bool { return m.state.Load() == locked|parked },
			TimedOut: func(_ parkinglot.Key, rest int) {
				if rest == 0 {
					m.state.And(^uint8(parked))
				}
			},
		})
		switch {
		case err == nil && token == handedOver:
			return nil
		case err != nil && err != parkinglot.ErrInvalid:
			return err
		}
	}
	return nil
}

func (m *ByteMutex) Unlock() {
	if !m.state.CompareAndSwap(locked, 0) {
		m.unlockSlow()
	}
}

func (m *ByteMutex) unlockSlow() {
	lot.UnparkOne(m.key(), func(r parkinglot.Result) uint64 {
		next := uint8(0)
		if r.Left > 0 {
			next = parked
		}
		if r.Fair {
			m.state.Store(next | locked)
			return handedOver
		}
		m.state.Store(next)
		return 0
	})
}

func (m *ByteMutex) key() parkinglot.Key { return parkinglot.KeyOf(&m.state) }

// A mutex of one byte, as large as a bool.
func Example_mutex() {
	var (
		m  ByteMutex
		n  int
		wg sync.WaitGroup
	)
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				m.Lock()
				n++
				m.Unlock()
			}
		})
	}
	wg.Wait()
	fmt.Println(n, unsafe.Sizeof(m))
	// Output: 4000 1
}
