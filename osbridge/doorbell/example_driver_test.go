package doorbell_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// A driver reads blocks from a device. docs/tutorial-driver.md goes through it.
type driver struct {
	dev      *device
	free     chan uint16                   // tags that neither a reader nor the device has
	requests waitqueue.Map[uint16, uint16] // the status for each tag that a reader waits for
	irq      waitcell.Cell                 // woken by each interrupt
	mu       sync.Mutex                    // the submission ring has one writer at a time
}

func newDriver(dev *device) *driver {
	d := &driver{dev: dev, free: make(chan uint16, depth)}
	for tag := range uint16(depth) {
		d.free <- tag
	}
	return d
}

// completions gives each completion to its reader, until ctx ends or the interrupt fails.
func (d *driver) completions(ctx context.Context) error {
	for {
		for c, ok := d.dev.completed.take(); ok; c, ok = d.dev.completed.take() {
			if !d.requests.Wake(c.tag, c.status) {
				d.free <- c.tag // its reader gave up: the buffer is ours again only now
			}
		}
		if err := d.irq.Wait(ctx); err != nil {
			d.requests.CloseWith(err)
			return err
		}
	}
}

// read reads one block.
func (d *driver) read(ctx context.Context, block uint32, into []byte) error {
	var tag uint16
	select {
	case tag = <-d.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	answer, err := d.requests.Register(tag) // before the device knows of it
	if err != nil {
		return err
	}
	defer answer.Cancel()
	d.mu.Lock()
	d.dev.submitted.put(request{tag, block})
	d.mu.Unlock()
	d.dev.notify()
	status, err := answer.Wait(ctx)
	if err != nil {
		return err // the tag stays with the device until it completes it
	}
	copy(into, d.dev.memory[tag][:])
	d.free <- tag
	if status != 0 {
		return fmt.Errorf("block %d: status %#x", block, status)
	}
	return nil
}

// A driver for a device with tags, and two readers of it.
func Example_driver() {
	ctx, cancel := context.WithCancel(context.Background())
	var dev device
	d := newDriver(&dev)
	var all sync.WaitGroup
	disconnect := connect(ctx, &dev, &d.irq, &all)
	all.Go(func() {
		err := d.completions(ctx)
		fmt.Println("the end:", errors.Is(err, context.Canceled))
	})
	all.Go(func() { dev.run(ctx) })

	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			var block [blockSize]byte
			for n := range uint32(1000) {
				if err := d.read(ctx, n, block[:]); err != nil || block[0] != byte(n) {
					fmt.Println(n, err, block[0])
				}
			}
		})
	}
	readers.Wait()
	fmt.Println(d.read(ctx, blocks, nil))

	cancel()
	all.Wait()
	disconnect()
	// Output:
	// block 65536: status 0x81
	// the end: true
}
