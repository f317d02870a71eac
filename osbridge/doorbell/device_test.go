package doorbell_test

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/rouse-go/rouse/waitcell"
)

// The device of Example_driver, simulated by a goroutine: two rings in memory, a buffer for each tag, a
// register that says "there are new requests", and an interrupt that says "there are new completions". It
// answers out of order, and interrupts once for several answers.
const (
	depth     = 8 // tags, and slots in each ring
	blockSize = 512
	blocks    = 1 << 16
)

type request struct {
	tag   uint16
	block uint32
}

type completion struct{ tag, status uint16 }

type device struct {
	submitted ring[request]
	completed ring[completion]
	memory    [depth][blockSize]byte
	register  waitcell.Cell
	interrupt func()
	between   func() // if not nil: what happens before notify returns
}

// notify is a write to the register.
func (d *device) notify() {
	d.register.Wake()
	if d.between != nil {
		d.between()
	}
}

func (d *device) run(ctx context.Context) {
	for d.register.Wait(ctx) == nil {
		var work []request
		for r, ok := d.submitted.take(); ok; r, ok = d.submitted.take() {
			work = append(work, r)
		}
		slices.Reverse(work)
		for _, r := range work {
			c := completion{tag: r.tag}
			for i := range d.memory[r.tag] {
				d.memory[r.tag][i] = byte(r.block)
			}
			if r.block >= blocks {
				c.status = 0x81
			}
			d.completed.put(c)
		}
		if len(work) > 0 {
			d.interrupt()
		}
	}
}

// A ring has one writer and one reader at a time. It is never full: there are as many slots as tags.
type ring[T any] struct {
	slots      [depth]T
	head, tail atomic.Uint32
}

func (r *ring[T]) put(v T) {
	t := r.tail.Load()
	r.slots[t%depth] = v
	r.tail.Store(t + 1)
}

func (r *ring[T]) take() (v T, ok bool) {
	h := r.head.Load()
	if h == r.tail.Load() {
		return v, false
	}
	v = r.slots[h%depth]
	r.head.Store(h + 1)
	return v, true
}
