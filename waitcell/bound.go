package waitcell

import (
	"context"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/subscribe"
)

// A Bound is a Cell's waiter in a loop: the context is given once, so that each
// wait costs no more than one that cannot be cancelled. Use it from one
// goroutine at a time; the cell's other methods may be called beside it.
type Bound struct {
	cell *Cell
	rec  *waiter // its sleeper stays the same; the record is replaced when it was put out of the slot
	bond park.Bond
}

// Bind returns a waiter whose waits end when ctx is done. Call [Bound.Release] when the
// loop is over:
//
//	b := cell.Bind(ctx)
//	defer b.Release()
//	for b.Wait() == nil {
//		...
//	}
//
// Bind asks [context.AfterFunc] for one call when ctx is done. Until then no
// goroutine runs for it, unless ctx is of a type that the context package
// does not know: for those it starts one.
func (c *Cell) Bind(ctx context.Context) *Bound {
	mustHave(c)
	if ctx == nil {
		panic("waitcell: nil context")
	}
	b := &Bound{cell: c, rec: &waiter{cell: c, guest: true, sleeper: park.NewSleeper()}}
	b.bond.Tie(ctx, b.rec.sleeper)
	return b
}

// Wait is [Cell.Wait] with the context of Bind.
func (b *Bound) Wait() error {
	taken, s := b.mine().take()
	if taken {
		return nil
	}
	if b.bond.Done() {
		switch taken, s := b.cell.take(); { // once more, as in Wait
		case taken:
			return nil
		case s&closed == 0:
			return b.bond.Err()
		}
	}
	kind := b.rec.kind(s)
	r, t := b.register(kind)
	if r == nil {
		return b.cell.cause.Err()
	}
	if kind != parked { // see look.go
		start := b.rec.pass.Start(uint32(t))
		park.Pass()
		found := b.rec.took(t)
		if b.rec.pass.Stop(start, found); found {
			return nil
		}
		if !b.rec.lieDown(t) {
			return b.rec.Take(t, true)
		}
	}
	for {
		park.Sleep[struct{}](r.C(), nil) // park.Await, spelled out: see there
		if err := r.Take(t, true); err != park.ErrPending {
			return err
		}
	}
}

// WaitFor is [Cell.WaitFor] with the context of Bind.
func (b *Bound) WaitFor(cond func() bool) error {
	mustCall(context.Background(), b.mine() != nil && cond != nil)
	return subscribe.Until(context.Background(), (*source)(b), cond)
}

// Release lets go of the context. It may be called more than once; a wait after it panics.
func (b *Bound) Release() {
	if b != nil && b.cell != nil {
		b.bond.Untie()
		b.cell = nil
	}
}

// mine returns the cell of a Bound that may be used.
func (b *Bound) mine() *Cell {
	if b == nil || b.cell == nil {
		panic("waitcell: use of a Bound after Release")
	}
	return b.cell
}

// register enrols the Bound's record, as of that kind; nil says that the cell is closed.
func (b *Bound) register(kind uint32) (*park.Bond, park.Ticket) {
	if b.rec.detached.Load() != 0 {
		b.rec = &waiter{cell: b.cell, guest: true, sleeper: b.rec.sleeper}
	}
	w, t := b.cell.enrol(b.rec, kind)
	if w == nil {
		return nil, 0
	}
	b.bond.Registration = w
	return &b.bond, t
}

// source is a Bound as a subscribe.Source.
type source Bound

func (b *source) Subscribe() subscribe.Subscription {
	r, t := (*Bound)(b).register(parked)
	if r == nil {
		return subscribe.New((*shut)(b.cell), 0)
	}
	return subscribe.New(r, t)
}
