package waitqueue_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/rouse-go/rouse/waitqueue"
)

// A Buffer is a bounded buffer whose Put and Get end with a context.
type Buffer struct {
	mu       sync.Mutex
	notFull  waitqueue.Cond
	notEmpty waitqueue.Cond
	items    []string
	room     int
}

func NewBuffer(room int) *Buffer {
	b := &Buffer{room: room}
	b.notFull.L, b.notEmpty.L = &b.mu, &b.mu
	return b
}

func (b *Buffer) Put(ctx context.Context, item string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.notFull.WaitFor(ctx, func() bool { return len(b.items) < b.room }); err != nil {
		return err
	}
	b.items = append(b.items, item)
	b.notEmpty.Signal()
	return nil
}

func (b *Buffer) Get(ctx context.Context) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.notEmpty.WaitFor(ctx, func() bool { return len(b.items) > 0 }); err != nil {
		return "", err
	}
	item := b.items[0]
	b.items = b.items[1:]
	b.notFull.Signal()
	return item, nil
}

// A bounded buffer, with a context on both sides.
func ExampleCond_boundedBuffer() {
	ctx, cancel := context.WithCancel(context.Background())
	b := NewBuffer(2)
	go func() {
		for _, item := range []string{"bread", "butter", "jam"} {
			if err := b.Put(ctx, item); err != nil {
				return
			}
		}
	}()
	for range 3 {
		item, err := b.Get(ctx)
		fmt.Println(item, err)
	}
	cancel()
	_, err := b.Get(ctx)
	fmt.Println(err)
	// Output:
	// bread <nil>
	// butter <nil>
	// jam <nil>
	// context canceled
}

// A condition variable in a select: subscribe with the lock held, so that no signal is missed between the
// look at the condition and the sleep.
func ExampleCond_Subscribe() {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	ready, quit := false, make(chan struct{})

	go func() {
		mu.Lock()
		ready = true
		mu.Unlock()
		c.Broadcast()
	}()

	mu.Lock()
	for !ready {
		sub := c.Subscribe()
		mu.Unlock()
		select {
		case <-sub.C():
			sub.Err()
		case <-quit:
			sub.Cancel()
			return
		}
		mu.Lock()
	}
	fmt.Println("ready:", ready)
	mu.Unlock()
	// Output:
	// ready: true
}
