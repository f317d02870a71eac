package soak

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// all returns the stations, and says of those that cannot be here why.
func all() (stations []station, skipped []string) {
	stations = []station{
		{"Cell and Bound", cellRound},
		{"Queue, permits", permitRound},
		{"Queue, signals", signalRound},
		{"Cond", condRound},
		{"Map", mapRound},
		{"Any", anyRound},
		{"All", allRound},
		{"Lot", lotRound},
		{"addresses", addressRound},
		{"byte mutex", mutexRound},
		{"Thread", callRound},
	}
	if _, _, unmap, err := sharedCells(); err != nil {
		skipped = append(skipped, "Shared: "+err.Error())
	} else {
		unmap()
		stations = append(stations, station{"Shared", sharedRound})
	}
	if waitaddr.Backend() == "portable" {
		skipped = append(skipped, "Cell and threads: no thread can sleep on an address here, so osbridge's waits are the Cell's")
	} else {
		stations = append(stations, station{"Cell and threads", threadRound})
	}
	if d, err := doorbell.New(); err != nil {
		skipped = append(skipped, "doorbell: "+err.Error())
	} else {
		d.Close()
		stations = append(stations, station{"doorbell", bellRound})
	}
	return stations, skipped
}

const (
	senders = 3
	each    = 200 // by each sender
	total   = senders * each
)

// cellRound: three send, one takes in all the ways there are, one intrudes and is replaced or
// replaces. In every third round the cell is closed in the middle; else the round ends when all was taken.
func cellRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var c waitcell.Cell
	var have credits
	closes := seed.IntN(3) == 0
	for i := range senders {
		p.add(func(g *guest) {
			for range each {
				have.put()
				g.In++
				c.Wake()
				g.breather()
			}
			if closes && i == 0 {
				c.Close()
			}
		})
	}
	p.add(func(g *guest) { // a wake that it takes is not for it
		for range 10 {
			if err := c.WaitTimeout(time.Duration(g.IntN(20)) * time.Microsecond); err == nil {
				c.Wake()
			} else if g.count(err) {
				return
			}
			g.breather()
		}
	})
	p.add(func(g *guest) {
		look := func() bool {
			n := have.takeAll()
			g.Taken += n
			return n > 0
		}
		for g.Taken < total {
			ctx, stop := g.patience()
			over := g.count(waitSomehow(ctx, g, &c, look))
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

// waitSomehow waits until look is true, or less long. Who took a wake looks after it: the next wait
// might not.
func waitSomehow(ctx context.Context, g *guest, c *waitcell.Cell, look func() bool) error {
	switch g.IntN(7) {
	case 0:
		return c.WaitFor(ctx, look)
	case 1:
		b := c.Bind(ctx)
		defer b.Release()
		return b.WaitFor(look)
	case 2:
		_, err := waitcell.WaitForValue(ctx, c, func() (struct{}, bool) { return struct{}{}, look() })
		return err
	case 3:
		err := c.Wait(ctx)
		look()
		return err
	case 4:
		s := c.Subscribe()
		defer s.Cancel()
		if look() {
			return nil
		}
		err := s.Wait(ctx)
		look()
		return err
	case 5:
		s := c.Subscribe()
		defer s.Cancel()
		if look() {
			return nil
		}
		select {
		case <-s.C():
			err := s.Err()
			look()
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for n, err := range subscribe.Events(ctx, c) {
		if err != nil {
			return err
		}
		if look() || n == 3 {
			break
		}
	}
	return nil
}

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
