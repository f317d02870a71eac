package doorbell_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge/doorbell"
)

type item struct{ producer, n uint64 }

// conserve has producers publish each items, beginning with the sequence at start, and one loop
// take them. All arrive, each once, in the order of its producer. After a burst a
// producer waits until the loop has its items. The loop never sleeps with work
// pending: it would sleep for ever, for nobody publishes again.
func conserve(t *testing.T, producers, each, burst, start uint64) {
	t.Helper()
	d := newDoorbell(t)
	d.StartAt(start)
	rings := d.CountRings()
	sleeps := 0
	d.BeforeSleep(func() { sleeps++ })
	var mail mailbox[item]
	var all sync.WaitGroup
	seen := make([]uint64, producers) // how many of each producer's items
	burstDone := make([]chan bool, producers)
	for p := range producers {
		burstDone[p] = make(chan bool, each/burst)
		all.Go(func() {
			for i := range each {
				mail.put(item{p, i})
				d.Publish()
				if (i+1)%burst == 0 {
					<-burstDone[p]
				}
			}
		})
	}
	processed, total := start, producers*each
	var spare []item
	ctx := patient(t)
	for processed != start+total {
		items := mail.takeAll(spare)
		spare = items
		for _, it := range items {
			equal(t, fmt.Sprintf("next item of producer %d", it.producer), it.n, seen[it.producer])
			if seen[it.producer]++; seen[it.producer]%burst == 0 {
				burstDone[it.producer] <- true
			}
		}
		processed += uint64(len(items))
		if processed == start+total {
			break
		}
		if _, err := d.Await(ctx, processed); err != nil {
			t.Fatalf("%d of %d: %v", processed-start, total, err)
		}
	}
	all.Wait()
	equal(t, "submitted", d.Submitted(), (start+total)&maxSeq)
	if n := rings.Load(); n > int64(total) {
		t.Errorf("%d rings for %d publishes", n, total)
	}
	t.Logf("%d publishes, %d rings, %d sleeps", total, rings.Load(), sleeps)
}

// 1 to 64 producers, at full speed and in small bursts between which the loop falls
// asleep, across the wrap of the sequence.
func TestEverySubmissionIsSeen(t *testing.T) {
	total := uint64(1 << 18)
	if testing.Short() {
		total = 1 << 16
	}
	for _, producers := range []uint64{1, 2, 4, 16, 64} {
		each := total / producers
		t.Run(fmt.Sprint("busy/", producers), func(t *testing.T) {
			conserve(t, producers, each, each+1, maxSeq-total/2)
		})
		t.Run(fmt.Sprint("sleepy/", producers), func(t *testing.T) {
			conserve(t, producers, each/16, 4, maxSeq)
		})
	}
}

// The loop arms and disarms while others publish: no publish is overwritten.
func TestArmAndDisarmLoseNoPublish(t *testing.T) {
	const each = 50_000
	d := newDoorbell(t)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for range each {
				d.Publish()
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for {
		d.Arm()
		d.Disarm()
		select {
		case <-done:
			equal(t, "submitted", d.Submitted(), 2*each)
			return
		default:
		}
	}
}

// One publish per sleep: the hardest case, each is on the edge. The producer
// waits until the item has arrived.
func TestEveryPublishRacesASleep(t *testing.T) {
	rounds := uint64(100_000)
	if testing.Short() {
		rounds = 10_000
	}
	d := newDoorbell(t)
	d.StartAt(maxSeq - rounds/2)
	arrived := make(chan struct{}, 1)
	go func() {
		for range rounds {
			d.Publish()
			<-arrived
		}
	}()
	ctx := patient(t)
	for processed := maxSeq - rounds/2; processed != maxSeq+rounds-rounds/2; {
		s, err := d.Await(ctx, processed)
		must(t, err)
		if s != processed&maxSeq {
			equal(t, "submitted", s, (processed+1)&maxSeq)
			processed++
			arrived <- struct{}{}
		}
	}
}

// Plain memory written before Publish is seen after Await. The race detector watches.
func TestPublishSynchronizes(t *testing.T) {
	d := newDoorbell(t)
	const n = 2000
	var slots [n]int
	go func() {
		for i := range slots {
			slots[i] = i + 1
			d.Publish()
		}
	}()
	ctx := patient(t)
	for processed := uint64(0); processed < n; {
		s, err := d.Await(ctx, processed)
		must(t, err)
		for ; processed < s; processed++ {
			equal(t, "slot", slots[processed], int(processed+1))
		}
	}
}

// Producers go on while the doorbell closes: what was published before the close is
// reported, the loop ends, and nobody is stuck.
func TestCloseUnderLoad(t *testing.T) {
	for range 100 {
		d := newDoorbell(t)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 200 {
					d.Publish()
				}
			})
		}
		end := make(chan uint64)
		go func() {
			var s uint64
			var err error
			for err == nil {
				s, err = d.Await(context.Background(), s)
			}
			if err != rouse.ErrClosed {
				t.Error(err)
			}
			end <- s
		}()
		for d.Submitted() < 100 {
			runtime.Gosched()
		}
		before := d.Submitted()
		must(t, d.Close())
		if s := <-end; s < before {
			t.Fatalf("the loop ended at %d, %d were published before the close", s, before)
		}
		all.Wait()
		equal(t, "submitted", d.Submitted(), 800)
	}
}

// Two doorbells, two goroutines: each wakes the other. A lost wake is a deadlock.
func TestPingPong(t *testing.T) {
	rounds := uint64(20_000)
	if testing.Short() {
		rounds = 2_000
	}
	var bells [2]*doorbell.Doorbell
	for i := range bells {
		bells[i] = newDoorbell(t)
	}
	ctx := patient(t)
	play := func(mine, other *doorbell.Doorbell) {
		for i := range rounds {
			other.Publish()
			for s := i; s == i; {
				var err error
				if s, err = mine.Await(ctx, i); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}
	var all sync.WaitGroup
	all.Go(func() { play(bells[0], bells[1]) })
	all.Go(func() { play(bells[1], bells[0]) })
	all.Wait()
}
