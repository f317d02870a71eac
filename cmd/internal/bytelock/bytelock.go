// Package bytelock is a mutex of one byte on a parking lot, as people build it: to be measured beside
// sync.Mutex, and to be run for hours.
package bytelock

import (
	"context"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// A Mutex is one byte. Who waits for it waits in a lot, which all of them share.
//
//	state          Lock                        Unlock
//	0              -> locked
//	locked         -> locked|parked, parks     -> 0
//	locked|parked  parks                       one is unparked; parked stays if others wait,
//	                                           locked stays if the lock is handed to the one
//
// parked is set before somebody parks and validated under the bucket's lock, and it is cleared under that
// lock only. So Unlock, which looks at it last, misses nobody.
type Mutex struct{ state parkinglot.Uint8 }

const (
	locked = 1
	parked = 2

	handedOver = 1 // an unparker's token: the lock is yours

	looks = 50 // that Lock takes before it parks
)

var lot parkinglot.Lot

func (m *Mutex) key() parkinglot.Key { return parkinglot.KeyOf(&m.state) }

func (m *Mutex) tryLock() bool {
	for {
		s := m.state.Load()
		if s&locked != 0 {
			return false
		}
		if m.state.CompareAndSwap(s, s|locked) { // -> locked
			return true
		}
	}
}

// Lock locks m.
func (m *Mutex) Lock() { m.LockContext(context.Background()) }

// LockContext locks m, unless ctx is done before.
func (m *Mutex) LockContext(ctx context.Context) error {
	for range looks {
		if m.tryLock() {
			return nil
		}
	}
	for !m.tryLock() {
		if s := m.state.Load(); s == locked && !m.state.CompareAndSwap(s, locked|parked) || s&locked == 0 {
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

// Unlock unlocks m.
func (m *Mutex) Unlock() {
	if m.state.CompareAndSwap(locked, 0) {
		return
	}
	lot.UnparkOne(m.key(), func(r parkinglot.Result) uint64 {
		next := uint8(0)
		if r.Left > 0 {
			next = parked
		}
		if r.Fair && r.Unparked > 0 {
			m.state.Store(next | locked)
			return handedOver
		}
		m.state.Store(next)
		return 0
	})
}
