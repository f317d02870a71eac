package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitqueue"
)

// callRound: three hand functions to a thread, by Do and by Go. Each runs once, one at a time, or was
// refused; in every third round the thread is closed in the middle, else at the end. What the functions
// count needs no lock.
func callRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	thread := osbridge.NewThread(osbridge.WithPolicy(policies[seed.IntN(len(policies))]))
	var ran int64 // on the thread
	var calling atomic.Int32
	calling.Store(senders)
	closes := seed.IntN(3) == 0
	for i := range senders {
		p.add(func(g *guest) {
			for n := range each {
				g.In++
				done := false
				var err error
				if g.IntN(4) == 0 {
					err = thread.Go(func() { ran++ })
				} else {
					ctx, stop := g.patience()
					err = thread.Do(ctx, func() { ran++; done = true })
					stop()
					if done != (err == nil) {
						g.wrong(fmt.Errorf("a Do returned %v of a function that ran: %t", err, done))
					}
				}
				if g.count(err); err != nil {
					g.Refused++
				}
				if closes && i == 0 && n == each/2 {
					thread.Close()
				}
				g.breather()
			}
			if calling.Add(-1) == 0 { // those in line run before it returns
				if err := thread.Close(); err != nil && !errors.Is(err, rouse.ErrClosed) {
					g.wrong(err)
				}
			}
		})
	}
	t, err := p.end()
	t.Taken = ran
	return t, err
}

// sharedRound: three send by the one mapping of a cell, two take by the other. In every third round the
// cell is closed in the middle.
func sharedRound(seed *rand.Rand) (Tally, error) {
	here, there, unmap, err := sharedCells()
	if err != nil {
		return Tally{}, err
	}
	defer unmap()
	p := &party{seed: seed}
	var have credits
	var seen waitqueue.Queue // now and then who sends waits, so that the others sleep
	var taken atomic.Int64
	closes := seed.IntN(3) == 0
	for i := range senders {
		p.add(func(g *guest) {
			for range each {
				have.put()
				g.In++
				here.Wake()
				if g.IntN(8) == 0 {
					seen.WaitTimeout(50 * time.Microsecond)
				}
			}
			if closes && i == 0 {
				here.Close()
			}
		})
	}
	for range 2 {
		p.add(func(g *guest) {
			for {
				ctx, stop := g.patience()
				err := sharedWait(ctx, g, there)
				stop()
				n := have.takeAll()
				g.Taken += n
				seen.Signal()
				if taken.Add(n) == total {
					there.Close()
				}
				if g.count(err) {
					return
				}
			}
		})
	}
	t, err := p.end()
	here.Close() // of both handles: they let go of the contexts that they watch
	there.Close()
	t.Stored = have.takeAll()
	return t, err
}

func sharedWait(ctx context.Context, g *guest, s *osbridge.Shared) error {
	switch g.IntN(4) {
	case 0:
		return s.WaitTimeout(g.moment())
	case 1:
		_, err := s.Poll()
		return err
	}
	return s.Wait(ctx)
}
