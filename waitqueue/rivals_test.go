package waitqueue_test

import (
	"container/list"
	"context"
	"sync"
)

// What people write where this package is not: the benchmarks compare us with it.

// listCond is a condition variable as a mutex and a list of fresh channels.
type listCond struct {
	L  sync.Locker
	mu sync.Mutex
	cs []chan struct{}
}

func (c *listCond) Wait() {
	w := make(chan struct{}, 1)
	c.mu.Lock()
	c.cs = append(c.cs, w)
	c.mu.Unlock()
	c.L.Unlock()
	<-w
	c.L.Lock()
}

func (c *listCond) Signal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cs) > 0 {
		c.cs[0] <- struct{}{}
		c.cs = c.cs[1:]
	}
}

func (c *listCond) Broadcast() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.cs {
		w <- struct{}{}
	}
	c.cs = nil
}

// chanCond is a condition variable with contexts, in the manner of x/sync/semaphore: a
// linked list of channels, each closed to wake its waiter. One that is cancelled when it was
// chosen hands the signal on.
type chanCond struct {
	L  sync.Locker
	mu sync.Mutex
	cs list.List
}

func (c *chanCond) WaitContext(ctx context.Context) error {
	w := make(chan struct{})
	c.mu.Lock()
	e := c.cs.PushBack(w)
	c.mu.Unlock()
	c.L.Unlock()
	defer c.L.Lock()
	select {
	case <-w:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-w:
		return nil
	default:
		c.cs.Remove(e)
		return ctx.Err()
	}
}

func (c *chanCond) Signal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.cs.Front(); e != nil {
		close(c.cs.Remove(e).(chan struct{}))
	}
}

// closeCond is the shortest one with contexts: a channel that is closed and replaced. Its
// Signal wakes all.
type closeCond struct {
	L sync.Locker // held by Signal too
	c chan struct{}
}

func (c *closeCond) WaitContext(ctx context.Context) error {
	w := c.c
	c.L.Unlock()
	defer c.L.Lock()
	select {
	case <-w:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *closeCond) Signal() {
	close(c.c)
	c.c = make(chan struct{})
}

// chanMap is a fresh channel for each key, in a map under a mutex.
type chanMap[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]chan V
}

func (m *chanMap[K, V]) register(key K) chan V {
	c := make(chan V, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = make(map[K]chan V)
	}
	m.m[key] = c
	return c
}

func (m *chanMap[K, V]) wake(key K, v V) bool {
	m.mu.Lock()
	c := m.m[key]
	delete(m.m, key)
	m.mu.Unlock()
	if c == nil {
		return false
	}
	c <- v
	return true
}

func (m *chanMap[K, V]) wait(ctx context.Context, key K, c chan V) (v V, err error) {
	select {
	case v = <-c:
		return v, nil
	case <-ctx.Done():
	}
	m.mu.Lock()
	delete(m.m, key)
	m.mu.Unlock()
	select {
	case v = <-c:
		return v, nil
	default:
		return v, ctx.Err()
	}
}
