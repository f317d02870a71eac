//go:build unix

package doorbell_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
)

// A ringBuffer has one writer and one reader. It never blocks: a doorbell does that.
type ringBuffer struct {
	slots      [8]int
	head, tail atomic.Uint64
}

func (r *ringBuffer) put(v int) bool {
	t := r.tail.Load()
	if t-r.head.Load() == uint64(len(r.slots)) {
		return false // full
	}
	r.slots[t%uint64(len(r.slots))] = v
	r.tail.Store(t + 1)
	return true
}

func (r *ringBuffer) take() (v int, ok bool) {
	h := r.head.Load()
	if h == r.tail.Load() {
		return 0, false // empty
	}
	v = r.slots[h%uint64(len(r.slots))]
	r.head.Store(h + 1)
	return v, true
}

// A ring buffer, and a loop that sleeps while it is empty.
func Example() {
	bell, err := doorbell.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	var ring ringBuffer
	var room waitcell.Cell // the other direction: the loop tells the producer of room

	var loop sync.WaitGroup
	loop.Go(func() {
		var processed uint64
		sum := 0
		for {
			for {
				v, ok := ring.take()
				if !ok {
					break
				}
				sum += v
				processed++
			}
			room.Wake()
			if _, err := bell.Await(context.Background(), processed); errors.Is(err, rouse.ErrClosed) {
				fmt.Println(processed, "numbers, sum", sum)
				return
			}
		}
	})

	for v := range 1001 {
		room.WaitFor(context.Background(), func() bool { return ring.put(v) })
		bell.Publish()
	}
	bell.Close() // what was published is processed first
	loop.Wait()
	// Output: 1001 numbers, sum 500500
}
