package soak

import (
	"context"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// policies are the ways in which a thread waits.
var policies = []osbridge.Policy{
	{},
	{Spin: -1, Kernel: osbridge.Forever}, // in the kernel, and nowhere else
	{Spin: -1, Kernel: 20 * time.Microsecond}, // there, and soon as a goroutine
	{Kernel: -1}, // never there
	{Spin: 5 * time.Microsecond, Fixed: true},       // whatever the waits before took
	{Kernel: osbridge.Forever, Fixed: true},         //
	{Spin: -1, Kernel: -1},                          // as goroutines do
	{Spin: time.Nanosecond, Kernel: 1, Fixed: true}, // a step after the other at once
}

// threadRound is cellRound with waiters that are locked to their threads: one takes by every policy, one
// intrudes, now on its thread and now as goroutines do, and is replaced or replaces.
func threadRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var c waitcell.Cell
	var have credits
	var seen waitqueue.Queue // now and then who sends waits, so that the thread sleeps
	closes := seed.IntN(3) == 0
	for i := range senders {
		p.add(func(g *guest) {
			for range each {
				have.put()
				g.In++
				c.Wake()
				if g.IntN(8) == 0 {
					seen.WaitTimeout(50 * time.Microsecond)
				}
			}
			if closes && i == 0 {
				c.Close()
			}
		})
	}
	p.add(func(g *guest) { // a wake that it takes is not for it
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for range 10 {
			wait := func(d time.Duration) error { return g.policy().WaitTimeout(&c, d) }
			if g.IntN(3) == 0 {
				wait = c.WaitTimeout
			}
			if err := wait(time.Duration(g.IntN(20)) * time.Microsecond); err == nil {
				c.Wake()
			} else if g.count(err) {
				return
			}
			g.breather()
		}
	})
	p.add(func(g *guest) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		look := func() bool {
			n := have.takeAll()
			g.Taken += n
			seen.Signal()
			return n > 0
		}
		for g.Taken < total {
			ctx, stop := g.patience()
			over := g.count(threadWaits(ctx, g, &c, look))
			stop()
			if over {
				return
			}
		}
	})
	t, err := p.end()
	t.Stored = have.takeAll()
	return t, err
}

// threadWaits waits until look is true, or less long. Who took a wake looks after it.
func threadWaits(ctx context.Context, g *guest, c *waitcell.Cell, look func() bool) (err error) {
	switch g.IntN(4) {
	case 0:
		return g.policy().WaitFor(ctx, c, look)
	case 1:
		err = g.policy().WaitTimeout(c, time.Duration(g.IntN(200))*time.Microsecond)
	case 2:
		err = c.Wait(ctx) // as goroutines do, on its thread all the same
	default:
		err = g.policy().Wait(ctx, c)
	}
	look()
	return err
}

func (g *guest) policy() osbridge.Policy { return policies[g.IntN(len(policies))] }
