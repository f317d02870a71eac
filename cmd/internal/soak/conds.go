package soak

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// condRound: a bounded buffer of two conditions. Who puts may lose patience; in the end it is closed.
func condRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var mu sync.Mutex
	items, room := 0, 1+seed.IntN(4)
	notEmpty, notFull := waitqueue.NewCond(&mu), waitqueue.NewCond(&mu)
	closes := seed.IntN(3) == 0
	var sending atomic.Int32
	sending.Store(senders)
	shut := func() {
		mu.Lock()
		notFull.Close()
		notEmpty.Close()
		mu.Unlock()
	}
	for i := range senders {
		p.add(func(g *guest) {
			for n := range each {
				ctx, stop := g.patience()
				mu.Lock()
				err := notFull.WaitFor(ctx, func() bool { return items < room })
				if err == nil {
					items++
					notEmpty.Signal()
				}
				mu.Unlock()
				stop()
				g.In++
				if g.count(err); err != nil {
					g.Refused++
				}
				if closes && i == 0 && n == each/2 {
					shut()
				}
			}
			if sending.Add(-1) == 0 {
				shut()
			}
		})
	}
	for range 2 {
		p.add(func(g *guest) {
			for over := false; !over; {
				var err error
				mu.Lock()
				for items == 0 && err == nil {
					if g.IntN(4) == 0 {
						err = notEmpty.WaitTimeout(time.Duration(g.IntN(100)) * time.Microsecond)
					} else {
						ctx, stop := g.patience()
						err = notEmpty.WaitContext(ctx)
						stop()
					}
				}
				if items > 0 {
					items--
					g.Taken++
					if g.IntN(8) == 0 {
						notFull.Broadcast()
					} else {
						notFull.Signal()
					}
				}
				mu.Unlock()
				over = g.count(err)
			}
		})
	}
	t, err := p.end()
	t.Stored = int64(items)
	return t, err
}

// mapRound: three register keys and wait, cancel or select; three deliver to keys at random.
func mapRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var m waitqueue.Map[int, int64]
	var sending atomic.Int32
	var sum atomic.Int64 // of the values: what was delivered is what is received
	sending.Store(senders)
	for range senders {
		p.add(func(g *guest) {
			for range each {
				v := g.Int64N(1000)
				g.In++
				if m.Wake(g.IntN(6), v) {
					sum.Add(v)
				} else {
					g.Refused++
				}
				g.breather()
			}
			if sending.Add(-1) == 0 {
				m.Close()
			}
		})
	}
	for range 3 {
		p.add(func(g *guest) {
			for {
				t, err := m.Register(g.IntN(6))
				if err == waitqueue.ErrDuplicate {
					g.breather()
					continue
				}
				if g.count(err) {
					return
				}
				ctx, stop := g.patience()
				var v int64
				switch g.IntN(3) {
				case 0:
					v, err = t.Wait(ctx)
				case 1:
					select {
					case <-t.C():
					case <-ctx.Done():
					}
					fallthrough
				case 2:
					t.Cancel() // what was delivered was received
					v, err = t.Value()
				}
				stop()
				if err == nil {
					g.Taken++
					sum.Add(-v)
				} else if err != subscribe.ErrEnded {
					g.count(err)
				}
			}
		})
	}
	t, err := p.end()
	t.In += sum.Load() // 0, or a value was changed on its way
	return t, err
}
