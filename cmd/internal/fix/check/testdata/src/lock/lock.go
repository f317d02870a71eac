package lock

import (
	"context"
	"sync"
	"sync/atomic"
)

type Gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
	flag atomic.Bool
	n    int32
	note string
}

func NewGate() *Gate {
	g := &Gate{}
	g.cond = sync.NewCond(&g.mu)
	g.open = false // nobody knows g yet
	g.cond.Broadcast()
	return g
}

func (g *Gate) Wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open && !g.flag.Load() && atomic.LoadInt32(&g.n) == 0 {
		g.cond.Wait()
	}
}

func (g *Gate) Open() {
	g.open = true // want `open is changed without the lock before Broadcast: a waiter that has looked at it and not yet slept misses the wake`
	g.cond.Broadcast()
}

func (g *Gate) OpenAtomically() {
	g.flag.Store(true) // want `flag is changed without the lock before Signal: .*; that it is atomic does not help`
	g.cond.Signal()
}

func (g *Gate) OpenByNumber() {
	if atomic.AddInt32(&g.n, 1) == 1 { // want `n is changed without the lock`
		g.cond.Broadcast()
	}
}

func (g *Gate) OpenTooEarly() {
	g.mu.Lock()
	g.note = "opening"
	g.mu.Unlock()
	g.open = true // want `open is changed without the lock`
	g.cond.Broadcast()
}

func (g *Gate) OpenLater(ctx context.Context) {
	context.AfterFunc(ctx, func() {
		g.open = true // want `open is changed without the lock`
		g.cond.Broadcast()
	})
	go func() {
		g.flag.Store(true) // want `flag is changed without the lock`
		g.cond.Broadcast()
	}()
	go g.helper()
}

func (g *Gate) helper() {
	for range 2 {
		if g.note != "" {
			g.n++ // want `n is changed without the lock`
		}
	}
	g.cond.Broadcast()
}

func (g *Gate) CallsHelper() { g.second() }

func (g *Gate) second() {
	g.open = true // want `open is changed without the lock`
	g.cond.Broadcast()
}

// From here on all is well.

func (g *Gate) OpenWell() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
	g.cond.Broadcast()
}

func (g *Gate) OpenThenWake() {
	g.cond.L.Lock()
	g.open = true
	g.cond.L.Unlock()
	g.cond.Broadcast()
}

// To have it for a moment between the change and the wake is enough.
func (g *Gate) Barrier() {
	g.flag.Store(true)
	g.mu.Lock()
	g.mu.Unlock()
	g.cond.Broadcast()
}

func (g *Gate) OnSomeWays(locked bool) {
	if !locked {
		g.mu.Lock()
	}
	g.open = true
	g.cond.Broadcast()
	if !locked {
		g.mu.Unlock()
	}
}

func (g *Gate) Early() {
	g.mu.Lock()
	if g.open {
		g.mu.Unlock()
		return
	}
	g.open = true
	g.cond.Broadcast()
	g.mu.Unlock()
}

func (g *Gate) CallsOthers() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.openLocked()
	g.third()
}

func (g *Gate) openLocked() {
	g.open = true
	g.cond.Broadcast()
}

func (g *Gate) third() {
	g.open = true
	g.cond.Broadcast()
}

// Unsafe must be called with g's lock held.
func (g *Gate) Unsafe() {
	g.open = true
	g.cond.Broadcast()
}

func (g *Gate) HandsOver() {
	g.mu.Lock()
	go func() {
		g.open = true
		g.cond.Broadcast()
		g.mu.Unlock()
	}()
}

func (g *Gate) ByAnother() {
	g.acquire()
	g.open = true
	g.cond.Broadcast()
}

func (g *Gate) acquire() { g.mu.Lock() }

func (g *Gate) OtherField() {
	g.note = "nobody waits for it"
	g.cond.Broadcast()
}

func (g *Gate) Loops(xs []int) {
	for i := range xs {
		g.mu.Lock()
		if i == 7 {
			g.mu.Unlock()
			continue
		}
		switch {
		case i > 2:
			g.open = true
		default:
			g.n++
		}
		g.cond.Broadcast()
		g.mu.Unlock()
	}
}

// Unreached is for nobody: who would call it, and how?
func (g *Gate) unreached() {
	g.open = true
	g.cond.Broadcast()
}

var h = (*Gate).AsValue

func (g *Gate) AsValue() {
	g.open = true
	g.cond.Broadcast()
}
