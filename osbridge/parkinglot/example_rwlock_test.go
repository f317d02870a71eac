package parkinglot_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// An RWLock is a lock for any number of readers or one writer, in four bytes and one more. A
// writer first takes the writing bit, so that no more readers come, then waits for those who
// are in to leave.
//
//	someParked   somebody waits at state, for writing to be cleared
//	drainParked  the writer waits at drain, for the readers to leave
//	writing      a writer is in, or waits at drain
//	reader       one reader: the rest of the word is their number
type RWLock struct {
	state atomic.Uint32
	drain byte // nothing but an address to wait at
}

const (
	someParked = 1 << iota
	drainParked
	writing
	reader
)

// What those who wait at state wait for.
const (
	toRead = iota
	toWrite
)

func (l *RWLock) RLock() {
	for {
		s := l.state.Load()
		if s&writing == 0 {
			if l.state.CompareAndSwap(s, s+reader) {
				return
			}
			continue
		}
		l.park(s, toRead)
	}
}

func (l *RWLock) RUnlock() {
	if s := l.state.Add(^uint32(reader - 1)); s/reader == 0 && s&drainParked != 0 {
		lot.UnparkOne(parkinglot.KeyOf(&l.drain), func(parkinglot.Result) uint64 {
			l.state.And(^uint32(drainParked))
			return 0
		})
	}
}

func (l *RWLock) Lock() {
	for {
		s := l.state.Load()
		if s&writing == 0 {
			if l.state.CompareAndSwap(s, s|writing) {
				break
			}
			continue
		}
		l.park(s, toWrite)
	}
	for {
		s := l.state.Load()
		if s/reader == 0 {
			return
		}
		if s&drainParked == 0 && !l.state.CompareAndSwap(s, s|drainParked) {
			continue
		}
		lot.Park(context.Background(), parkinglot.KeyOf(&l.drain), parkinglot.Parking{Validate: func() bool {
			s := l.state.Load()
			return s/reader != 0 && s&drainParked != 0
		}})
	}
}

// park waits for writing to be cleared; s is what the state was.
func (l *RWLock) park(s uint32, why uint64) {
	if s&someParked == 0 && !l.state.CompareAndSwap(s, s|someParked) {
		return
	}
	lot.Park(context.Background(), parkinglot.KeyOf(&l.state), parkinglot.Parking{
		Token: why,
		Validate: func() bool {
			s := l.state.Load()
			return s&writing != 0 && s&someParked != 0
		},
	})
}

// Unlock unparks the first, and if that is a reader, all other readers too.
func (l *RWLock) Unlock() {
	if l.state.CompareAndSwap(writing, 0) {
		return
	}
	first := true
	var who uint64
	lot.UnparkFilter(parkinglot.KeyOf(&l.state), func(token uint64) parkinglot.Verdict {
		if first {
			first, who = false, token
			return parkinglot.Unpark
		}
		if who == toRead && token == toRead {
			return parkinglot.Unpark
		}
		return parkinglot.Skip
	}, func(r parkinglot.Result) uint64 {
		if r.Left > 0 {
			l.state.And(^uint32(writing))
		} else {
			l.state.And(^uint32(writing | someParked))
		}
		return 0
	})
}

// A reader-writer lock.
func Example_rwlock() {
	var (
		l       RWLock
		a, b    int
		wg      sync.WaitGroup
		unequal atomic.Int32
	)
	for range 2 {
		wg.Go(func() {
			for range 500 {
				l.Lock()
				a++
				b++
				l.Unlock()
			}
		})
		wg.Go(func() {
			for range 500 {
				l.RLock()
				if a != b {
					unequal.Add(1)
				}
				l.RUnlock()
			}
		})
	}
	wg.Wait()
	fmt.Println(a, b, unequal.Load())
	// Output: 1000 1000 0
}
