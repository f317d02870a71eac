package after

import (
	"context"
	"sync"
	"time"
)

type pipe struct {
	mu    sync.Mutex
	cond  *sync.Cond
	ready bool
	size  int
}

func (p *pipe) readAll(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { // want `this Broadcast wakes every waiter so that one gives up; use WaitContext`
		p.mu.Lock()
		defer p.mu.Unlock()
		p.cond.Broadcast()
	})
	defer stop()
	for !p.ready {
		p.cond.Wait()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func (p *pipe) unlocked(ctx context.Context) {
	defer context.AfterFunc(ctx, p.cond.Broadcast)() // want `this Broadcast does not take the lock`
	p.mu.Lock()
	for p.size == 0 && ctx.Err() == nil {
		p.cond.Wait()
	}
	p.mu.Unlock()
}

func (p *pipe) wrongOne(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { // want `this Signal may wake another waiter`
		p.mu.Lock()
		p.cond.Signal()
		p.mu.Unlock()
	})()
	p.mu.Lock()
	for p.size == 0 && ctx.Err() == nil {
		p.cond.Wait()
	}
	p.mu.Unlock()
}

func (p *pipe) goroutines(ctx context.Context) {
	go func() { // want `use WaitContext`
		<-ctx.Done()
		p.mu.Lock()
		p.cond.Broadcast()
		p.mu.Unlock()
	}()
	go func() { // want `does not take the lock.*use WaitTimeout`
		time.Sleep(time.Second)
		p.cond.Broadcast()
	}()
	go func() { // want `use WaitTimeout`
		<-time.After(time.Second)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.cond.Broadcast()
	}()
}

// What does more than wake is a design of its own.
func (p *pipe) changes(ctx context.Context) {
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		p.ready = true
		p.mu.Unlock()
		p.cond.Broadcast()
	})
	time.AfterFunc(time.Second, func() { println("late") })
	go func() {
		<-ctx.Done()
		p.mu.Lock()
		p.size = 0
		p.cond.Broadcast()
		p.mu.Unlock()
	}()
}
