package soak

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/waitqueue"
)

// permitRound: three send with Wake, WakeLast and, for good measure, WakeAll; four take one by one.
// Whoever takes the last, or sends the last in a round that is cut short, closes.
func permitRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var q waitqueue.Queue
	var have credits
	var taken atomic.Int64
	closes := seed.IntN(3) == 0
	for i := range senders {
		p.add(func(g *guest) {
			for range each {
				have.put()
				g.In++
				switch g.IntN(4) {
				case 0:
					q.WakeLast()
				case 1:
					q.WakeAll()
					q.Wake()
				default:
					q.Wake()
				}
				g.breather()
			}
			if closes && i == 0 {
				q.Close()
			}
		})
	}
	for range 4 {
		p.add(func(g *guest) {
			look := func() bool {
				if !have.takeOne() {
					return false
				}
				g.Taken++
				if taken.Add(1) == total {
					q.Close()
				}
				return true
			}
			for over := false; !over; {
				ctx, stop := g.patience()
				var err error
				switch g.IntN(3) {
				case 0:
					err = q.WaitFor(ctx, look)
				case 1:
					b := q.Bind(ctx)
					err = b.WaitFor(look)
					b.Release()
				case 2:
					s := q.Subscribe()
					if !look() {
						select {
						case <-s.C():
							err = s.Err()
						case <-ctx.Done():
							err = ctx.Err()
						}
					}
					s.Cancel()
				}
				over = g.count(err)
				stop()
			}
		})
	}
	t, err := p.end()
	t.Stored = have.takeAll()
	return t, err
}

// signalRound: no permits, only counts. As many waits end with nil as were said to have been woken.
func signalRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var q waitqueue.Queue
	var sending atomic.Int32
	sending.Store(senders)
	for range senders {
		p.add(func(g *guest) {
			for range each {
				switch g.IntN(4) {
				case 0:
					g.In += int64(q.WakeAll())
				case 1:
					g.In += int64(q.WakeN(g.IntN(3)))
				default:
					if q.Signal() {
						g.In++
					}
				}
				g.breather()
			}
			if sending.Add(-1) == 0 {
				q.Close()
			}
		})
	}
	for range 5 {
		p.add(func(g *guest) {
			for over := false; !over; {
				var err error
				if g.IntN(4) == 0 {
					err = q.WaitTimeout(time.Duration(g.IntN(100)) * time.Microsecond)
				} else {
					ctx, stop := g.patience()
					err = q.Wait(ctx)
					stop()
				}
				if err == nil {
					g.Taken++
				}
				over = g.count(err)
			}
		})
	}
	return p.end()
}
