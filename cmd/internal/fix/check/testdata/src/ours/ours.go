package ours

import (
	"context"
	"sync"
	"time"

	"github.com/rouse-go/rouse/waitqueue"
)

type pipe struct {
	mu    sync.Mutex
	a     waitqueue.Cond
	b     waitqueue.Cond
	Open  waitqueue.Cond
	c     waitqueue.Cond
	d     waitqueue.Cond
	ready bool
	until time.Time
}

func (p *pipe) moves(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { // want `use WaitContext`
		p.mu.Lock()
		p.a.Broadcast()
		p.mu.Unlock()
	})
	defer stop()
	p.mu.Lock()
	for !p.ready {
		select {
		case <-ctx.Done():
			p.mu.Unlock()
			return
		default:
		}
		p.a.Wait()
	}
	p.mu.Unlock()
}

// Another waiter looks at the time: this Broadcast may be what it relies on.
func (p *pipe) neededBySomebody(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { // want `use WaitContext`
		p.mu.Lock()
		p.b.Broadcast()
		p.mu.Unlock()
	})()
	p.mu.Lock()
	for !p.ready && ctx.Err() == nil {
		p.b.Wait()
	}
	p.mu.Unlock()
}

func (p *pipe) somebody() {
	p.mu.Lock()
	for time.Now().Before(p.until) {
		p.b.Wait()
	}
	p.mu.Unlock()
}

// Other packages may wait on it.
func (p *pipe) open(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { // want `use WaitContext`
		p.mu.Lock()
		p.Open.Broadcast()
		p.mu.Unlock()
	})()
	p.mu.Lock()
	for !p.ready && ctx.Err() == nil {
		p.Open.Wait()
	}
	p.mu.Unlock()
}

// The AfterFunc may be stopped before the wait is over; and the context changes.
func (p *pipe) stopped(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { // want `use WaitContext`
		p.mu.Lock()
		p.c.Broadcast()
		p.mu.Unlock()
	})
	defer stop()
	p.mu.Lock()
	for !p.ready && ctx.Err() == nil {
		p.c.Wait()
	}
	stop()
	p.mu.Unlock()
}

func (p *pipe) changing(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { // want `use WaitContext`
		p.mu.Lock()
		p.d.Broadcast()
		p.mu.Unlock()
	})()
	p.mu.Lock()
	for !p.ready && ctx.Err() == nil {
		p.d.Wait()
		ctx = context.Background()
	}
	p.mu.Unlock()
}
