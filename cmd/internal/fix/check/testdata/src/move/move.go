package move

import (
	"context"
	"sync"
	"time"
)

type pipe struct {
	mu    sync.Mutex
	cond  *sync.Cond // want `sync.Cond, which waitqueue.Cond could replace`
	late  sync.Cond  // want `sync.Cond`
	lines []string
	size  int
}

func newPipe() *pipe {
	p := &pipe{size: 3}
	p.cond = sync.NewCond(&p.mu) // want `sync.NewCond`
	p.late.L = &p.mu
	return p
}

// The context's documentation has this one.
func (p *pipe) get(ctx context.Context) (string, error) {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.cond.Broadcast()
	})
	defer stop() // it must not run on

	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.lines) == 0 {
		p.cond.Wait()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	line := p.lines[0]
	p.lines = p.lines[1:]
	return line, nil
}

func (p *pipe) idle(ctx context.Context) bool {
	defer context.AfterFunc(ctx, p.cond.Broadcast)()
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.lines) > 0 && ctx.Err() == nil {
		p.cond.Wait()
	}
	return ctx.Err() == nil
}

func (p *pipe) full(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer context.AfterFunc(ctx, func() {
		p.mu.Lock()
		p.cond.Broadcast()
		p.mu.Unlock()
	})()
	for {
		if len(p.lines) == p.size {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p.cond.Wait()
	}
}

func (p *pipe) within(d time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	deadline := time.Now().Add(d)
	timer := time.AfterFunc(d, func() {
		p.mu.Lock()
		p.cond.Broadcast()
		p.mu.Unlock()
	})
	defer timer.Stop()
	for len(p.lines) == 0 && time.Now().Before(deadline) {
		p.cond.Wait()
	}
	return len(p.lines) > 0
}

// One that only wants lines needs none of this.
func (p *pipe) plain() {
	p.mu.Lock()
	for len(p.lines) == 0 {
		p.cond.Wait()
	}
	p.mu.Unlock()
}

// These stay: the loop goes on when the context is done.
func (p *pipe) goesOn(ctx context.Context) {
	defer context.AfterFunc(ctx, p.late.Broadcast)()
	p.mu.Lock()
	for len(p.lines) == 0 {
		p.late.Wait()
	}
	p.mu.Unlock()
}
