package parkinglot_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// A ByteCond is a condition variable for a [ByteMutex]. While the mutex is locked, a signal
// does not wake anybody, only to make it wait for the mutex: it moves the waiter over to
// the mutex's own queue, and Unlock wakes it.
type ByteCond struct {
	M    *ByteMutex
	word parkinglot.Uint8 // nothing but an address to wait at
}

// Wait unlocks M, waits for a signal, and locks M again.
func (c *ByteCond) Wait() { c.WaitContext(context.Background()) }

func (c *ByteCond) WaitContext(ctx context.Context) error {
	token, err := lot.Park(ctx, c.key(), parkinglot.Parking{BeforeSleep: c.M.Unlock})
	if err != nil || token != handedOver {
		c.M.Lock()
	}
	return err
}

// Signal moves one over, Broadcast all. M need not be locked.
func (c *ByteCond) Signal() { c.requeue(1) }

func (c *ByteCond) Broadcast() { c.requeue(parkinglot.All) }

func (c *ByteCond) requeue(n int) {
	lot.UnparkRequeue(c.key(), c.M.key(), func() (unpark, requeue int) {
		// Who is moved over relies on the mark: with it, the holder's Unlock must take the
		// lock of the bucket, which is ours.
		for {
			switch s := c.M.state.Load(); {
			case s&locked == 0 && n == 1:
				return 1, 0 // it can have the mutex now
			case s&locked == 0:
				// One can have it now, and the mark makes its Unlock wake the next.
				if c.M.state.CompareAndSwap(s, s|parked) {
					return 1, n
				}
			case c.M.state.CompareAndSwap(s, s|parked):
				return 0, n
			}
		}
	}, nil)
}

func (c *ByteCond) key() parkinglot.Key { return parkinglot.KeyOf(&c.word) }

// A condition variable whose broadcast wakes one waiter at a time.
func Example_cond() {
	var (
		m     ByteMutex
		c     = ByteCond{M: &m}
		ready bool
		wg    sync.WaitGroup
	)
	for range 3 {
		wg.Go(func() {
			m.Lock()
			defer m.Unlock()
			for !ready {
				c.Wait()
			}
			fmt.Println("go")
		})
	}
	m.Lock()
	ready = true
	c.Broadcast()
	m.Unlock()
	wg.Wait()
	// Output:
	// go
	// go
	// go
}
