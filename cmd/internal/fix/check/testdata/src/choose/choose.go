package choose

import (
	"context"
	"sync"
)

type thing struct {
	mu    sync.Mutex
	cond  *sync.Cond
	ready bool
	done  chan struct{}
}

func (t *thing) closes(ctx context.Context) error {
	done := make(chan struct{})
	go func() { // want `this goroutine Waits for the select on line 25`
		t.mu.Lock()
		for !t.ready {
			t.cond.Wait()
		}
		t.mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *thing) sends(quit chan bool) bool {
	got := make(chan bool, 1)
	go func() { // want `this goroutine Waits for the select on line 44`
		t.mu.Lock()
		defer t.mu.Unlock()
		for !t.ready {
			t.cond.Wait()
		}
		got <- true
	}()
	for {
		select {
		case x := <-got:
			return x
		case <-quit:
			return false
		}
	}
}

// The other case waits for the goroutine as well.
func (t *thing) joins(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		t.mu.Lock()
		for !t.ready {
			t.cond.Wait()
		}
		t.mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.other()
		<-done
	}
}

func (t *thing) other() {
	t.mu.Lock()
	t.ready = true
	t.cond.Broadcast()
	t.mu.Unlock()
}

// The other case tells it to end.
func (t *thing) frees(ctx context.Context) {
	done, stop := make(chan struct{}), false
	go func() {
		t.mu.Lock()
		for !t.ready && !stop {
			t.cond.Wait()
		}
		t.mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.mu.Lock()
		stop = true
		t.cond.Broadcast()
		t.mu.Unlock()
	}
}

// Nobody chooses.
func (t *thing) plain() {
	done := make(chan struct{})
	go func() {
		t.mu.Lock()
		for !t.ready {
			t.cond.Wait()
		}
		t.mu.Unlock()
		close(done)
	}()
	<-done
}

// Others may receive from it too.
func (t *thing) field(ctx context.Context) {
	go func() {
		t.mu.Lock()
		for !t.ready {
			t.cond.Wait()
		}
		t.mu.Unlock()
		close(t.done)
	}()
	select {
	case <-t.done:
	case <-ctx.Done():
	}
}
