package soak

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
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
