package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitcell"
)

// A party is the goroutines of one round, each with its own random numbers and account.
type party struct {
	wg   sync.WaitGroup
	seed *rand.Rand // of who calls add

	mu    sync.Mutex
	tally Tally
	err   error
}

// A guest is one of them.
type guest struct {
	*rand.Rand
	*Tally
	p *party
}

func (p *party) add(f func(*guest)) {
	g := &guest{Rand: rand.New(rand.NewPCG(p.seed.Uint64(), p.seed.Uint64())), Tally: new(Tally), p: p}
	p.wg.Go(func() {
		f(g)
		p.mu.Lock()
		p.tally.add(g.Tally)
		p.mu.Unlock()
	})
}

// end waits for all, and returns the round's account.
func (p *party) end() (Tally, error) {
	p.wg.Wait()
	return p.tally, p.err
}

// breather lets others in, now and then.
func (g *guest) breather() {
	if g.IntN(8) == 0 {
		runtime.Gosched()
	}
}

// patience returns a context: mostly one without end, else one that times out soon, is
// cancelled at some time, or is cancelled already.
func (g *guest) patience() (context.Context, context.CancelFunc) {
	switch g.IntN(10) {
	case 0, 1:
		return context.WithTimeout(context.Background(), time.Duration(g.IntN(200))*time.Microsecond)
	case 2, 3:
		ctx, cancel := context.WithCancel(context.Background())
		g.p.wg.Go(cancel)
		return ctx, cancel
	case 4:
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		return ctx, cancel
	}
	return context.Background(), func() {}
}

// count notes how a wait ended, and reports whether its source is closed.
func (g *guest) count(err error) (closed bool) {
	switch {
	case err == nil:
	case errors.Is(err, rouse.ErrClosed):
		g.Closed++
		return true
	case errors.Is(err, waitcell.ErrReplaced):
		g.Replaced++
	case errors.Is(err, context.DeadlineExceeded):
		g.TimedOut++
	case errors.Is(err, context.Canceled):
		g.Cancelled++
	default:
		g.wrong(fmt.Errorf("a wait ended with %w", err))
	}
	return false
}

// wrong notes what may not be.
func (g *guest) wrong(err error) {
	g.p.mu.Lock()
	g.p.err = err
	g.p.mu.Unlock()
}

// moment is a short time.
func (g *guest) moment() time.Duration { return time.Duration(g.IntN(200)) * time.Microsecond }

// credits are what wakes are about: so many things to take.
type credits struct{ n atomic.Int64 }

func (c *credits) put() { c.n.Add(1) }

func (c *credits) takeAll() int64 { return c.n.Swap(0) }

func (c *credits) takeOne() bool {
	for {
		n := c.n.Load()
		if n == 0 {
			return false
		}
		if c.n.CompareAndSwap(n, n-1) {
			return true
		}
	}
}
