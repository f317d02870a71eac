package waitqueue_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// Any takes one wake, and the other sources keep theirs; All takes one of each, or none.
func TestAnyAndAllOverQueuesAndCells(t *testing.T) {
	var q, r waitqueue.Queue
	var cell waitcell.Cell
	srcs := []subscribe.Source{&q, &cell, &r}
	q.Wake()
	cell.Wake()
	r.Wake()
	seen := map[int]bool{}
	for range 3 { // each of the three is taken once
		i, err := subscribe.Any(bg, srcs...)
		wantErr(t, "Any", err, nil)
		want(t, "a source taken twice", seen[i], false)
		seen[i] = true
	}
	i, err := subscribe.Any(done(), srcs...)
	want(t, "Any of none", i, -1)
	wantErr(t, "Any of none", err, context.Canceled)

	q.Wake()
	cell.Wake()
	wantErr(t, "All, one missing", subscribe.All(done(), srcs...), context.Canceled)
	wantQueue(t, &q, "WOKEN")
	together(func() { wantErr(t, "All", subscribe.All(bg, srcs...), nil) }, func() { queued(&r, 1); r.Signal() })
	wantQueue(t, &q, "WAITING")
	wantQueue(t, &r, "WAITING")

	q.Wake()
	r.CloseWith(errCause)
	wantErr(t, "All, one closed", subscribe.All(bg, srcs...), errCause)
	wantQueue(t, &q, "WOKEN")
	q.Poll()
	i, err = subscribe.Any(bg, srcs...)
	want(t, "Any, one closed", i, 2)
	wantErr(t, "Any, one closed", err, rouse.ErrClosed)
}

// Who sleeps in Any is woken by any of the sources, and is in no other line after that.
func TestAnySleepsOnAll(t *testing.T) {
	var qs [3]waitqueue.Queue
	for by := range qs {
		together(
			func() {
				i, err := subscribe.Any(bg, &qs[0], &qs[1], &qs[2])
				want(t, "Any", i, by)
				wantErr(t, "Any", err, nil)
			},
			func() { queued(&qs[2], 1); want(t, "Wake", qs[by].Wake(), true) },
		)
		for i := range qs {
			wantQueue(t, &qs[i], "WAITING")
		}
	}
}

// One wake goes round two queues among those who wait for either, or for both: it is neither
// lost nor doubled, whoever cancels.
func TestAnyConservesWakes(t *testing.T) {
	var qs [2]waitqueue.Queue
	watch(t, func() string { return qs[0].State().String() + " " + qs[1].State().String() })
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	var took, holders atomic.Int32
	goal := int32(rounds(30_000))
	var wg sync.WaitGroup
	for i := range uint64(6) {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(i, 9))
			for ctx.Err() == nil {
				var err error
				switch rnd.IntN(3) {
				case 0:
					_, err = subscribe.Any(ctx, &qs[0], &qs[1])
				case 1:
					_, err = subscribe.Any(done(), &qs[1], &qs[0])
				case 2:
					s := qs[rnd.IntN(2)].Subscribe()
					yield()
					s.Cancel()
					continue
				}
				if err == nil {
					want(t, "who hold the only wake", holders.Add(1), 1)
					if took.Add(1) == goal {
						cancel()
					}
					holders.Add(-1)
					qs[rnd.IntN(2)].Wake()
				}
			}
		})
	}
	qs[0].Wake()
	wg.Wait()
	left := 0
	for i := range qs {
		if ok, _ := qs[i].Poll(); ok {
			left++
		}
		wantQueue(t, &qs[i], "WAITING")
	}
	want(t, "wakes left", left, 1)
}

// Events over broadcasts: one that comes while the body runs is seen; who leaves is in no line; a
// close ends it with its error.
func TestEventsOverBroadcasts(t *testing.T) {
	var q waitqueue.Queue
	together(
		func() {
			last := uint64(0)
			for n, err := range subscribe.Events(bg, &q) {
				if err != nil {
					wantErr(t, "the end", err, errCause)
					want(t, "the last number", n, last)
					return
				}
				want(t, "the number", n, last+1)
				if last = n; n < 100 {
					want(t, "WakeAll in the body", q.WakeAll(), 1)
				} else {
					q.CloseWith(errCause)
				}
			}
		},
		func() { queued(&q, 1); q.WakeAll() },
	)
	var r waitqueue.Queue
	r.Wake()
	for range subscribe.Events(bg, &r) {
		r.Wake() // delivered to the next round, which does not come
		break
	}
	wantQueue(t, &r, "WOKEN")
}
