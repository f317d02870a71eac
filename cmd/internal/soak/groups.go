package soak

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// anyRound: each sender has a queue of its own, three wait for the first of them. What was sent by way of a
// queue is taken by who is told of that queue.
func anyRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var queues [senders]waitqueue.Queue
	var have [senders]credits
	var taken atomic.Int64
	srcs := make([]subscribe.Source, senders)
	for i := range queues {
		srcs[i] = &queues[i]
		p.add(func(g *guest) {
			for range each {
				have[i].put()
				g.In++
				queues[i].Wake()
				g.breather()
			}
		})
	}
	for range 3 {
		p.add(func(g *guest) {
			for over := false; !over; {
				ctx, stop := g.patience()
				i, err := subscribe.Any(ctx, srcs...)
				stop()
				if err == nil {
					n := have[i].takeAll()
					g.Taken += n
					if taken.Add(n) == total {
						for k := range queues {
							queues[k].Close()
						}
					}
				}
				over = g.count(err)
			}
		})
	}
	return p.end()
}

// allRound: two send in step, each to a cell of its own, and wait to be told that both were seen.
func allRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var a, b waitcell.Cell
	var seenA, seenB waitqueue.Queue
	for _, s := range []struct {
		to   *waitcell.Cell
		back *waitqueue.Queue
	}{{&a, &seenA}, {&b, &seenB}} {
		p.add(func(g *guest) {
			for range each {
				s.to.Wake()
				for {
					ctx, stop := g.patience()
					err := s.back.Wait(ctx)
					stop()
					if g.count(err); err == nil {
						break
					}
				}
			}
		})
	}
	p.add(func(g *guest) {
		for g.Taken < each {
			ctx, stop := g.patience()
			err := subscribe.All(ctx, &a, &b)
			stop()
			if g.count(err); err == nil {
				g.Taken++
				seenA.Wake()
				seenB.Wake()
			}
		}
	})
	t, err := p.end()
	t.In = each
	return t, err
}

// bellRound: three publish, a loop behind the doorbell counts what it was told of.
func bellRound(seed *rand.Rand) (Tally, error) {
	d, err := doorbell.New()
	if err != nil {
		return Tally{}, err
	}
	defer d.Close()
	p := &party{seed: seed}
	var heard waitqueue.Queue // now and then who publishes waits, so that the loop sleeps
	for range senders {
		p.add(func(g *guest) {
			for range each {
				g.In++
				d.Publish()
				if g.IntN(10) == 0 {
					heard.WaitTimeout(50 * time.Microsecond)
				}
			}
		})
	}
	p.add(func(g *guest) {
		for g.Taken < total {
			ctx, stop := g.patience()
			seq, err := d.Await(ctx, uint64(g.Taken))
			stop()
			g.count(err)
			g.Taken = int64(seq)
			heard.Wake()
		}
	})
	return p.end()
}
