package doorbell_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/osbridge/doorbell"
)

const maxSeq = 1<<63 - 1

// The sequence counts publishes and nothing else; Arm's answer is the same number.
func TestPublishArmSubmitted(t *testing.T) {
	d := newDoorbell(t)
	rings := d.CountRings()
	equal(t, "fresh", d.Submitted(), 0)
	d.Publish()
	equal(t, "one publish", d.Submitted(), 1)
	equal(t, "armed", d.Arm(), 1)
	equal(t, "rings before the publish to an armed doorbell", rings.Load(), 0)
	d.Publish()
	equal(t, "rings after", rings.Load(), 1)
	equal(t, "second publish", d.Submitted(), 2)
	d.Publish()
	equal(t, "rings after another", rings.Load(), 1) // the first one took the intent
	d.Arm()
	must(t, d.Acknowledge())
	equal(t, "acknowledged", d.Submitted(), 3)
	equal(t, "armed after Acknowledge", d.Armed(), true)
	d.Disarm()
	equal(t, "disarmed", d.Submitted(), 3)
	equal(t, "armed again", d.Arm(), 3)
	equal(t, "armed twice", d.Arm(), 3)
	d.Disarm()
	d.Disarm()
	equal(t, "disarmed twice", d.Submitted(), 3)
}

// The sequence has 63 bits: after the last comes zero, and the intent is untouched.
func TestSequenceWraps(t *testing.T) {
	for _, arm := range []bool{false, true} {
		d := newDoorbell(t)
		d.StartAt(maxSeq - 1)
		if arm {
			equal(t, "snapshot", d.Arm(), maxSeq-1)
		}
		d.Publish()
		equal(t, "last", d.Submitted(), maxSeq)
		d.Publish()
		equal(t, "wrapped", d.Submitted(), 0)
		equal(t, "armed", d.Armed(), false) // the first publish took the intent, if there was one
		equal(t, "snapshot", d.Arm(), 0)
		d.Publish()
		equal(t, "goes on", d.Submitted(), 1)
	}
}

// Who counts what it processed in 64 bits is understood all the same.
func TestProcessedMayHave64Bits(t *testing.T) {
	d := newDoorbell(t)
	d.StartAt(maxSeq)
	d.Publish()
	_, err := d.Await(cancelled(), maxSeq+1)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v: 2^63 processed, and 2^63 were published", err)
	}
	s, err := d.Await(cancelled(), math.MaxUint64)
	if s != 0 || err != nil {
		t.Fatalf("%d, %v", s, err)
	}
}

// While the loop does not mean to sleep, nobody writes to the descriptor.
func TestPublishWhileBusyDoesNotRing(t *testing.T) {
	d := newDoorbell(t)
	rings := d.CountRings()
	var producers sync.WaitGroup
	for range 4 {
		producers.Go(func() {
			for range 100_000 {
				d.Publish()
			}
		})
	}
	producers.Wait()
	equal(t, "submitted", d.Submitted(), 400_000)
	equal(t, "rings", rings.Load(), 0)
	equal(t, "ring found", poll(t, d), false)
}

// A publish after Arm makes the snapshot stale: Arm's answer no longer equals
// what was submitted, and a ring is there, so the sleep would end at once.
func TestPublishAfterArmRejectsTheStaleSnapshot(t *testing.T) {
	d := newDoorbell(t)
	snapshot := d.Arm()
	d.Publish()
	if snapshot == d.Submitted() {
		t.Fatal("the snapshot knows of a publish that came after it")
	}
	s, err := d.Await(patient(t), snapshot)
	equal(t, "submitted", s, snapshot+1)
	must(t, err)
	must(t, d.Acknowledge())
	d.Disarm()
	equal(t, "new snapshot", d.Arm(), snapshot+1)
}

// Four publishers find the loop about to sleep; one takes the intent and rings.
func TestFourPublishersOneRing(t *testing.T) {
	d := newDoorbell(t)
	rings := d.CountRings()
	d.Arm()
	var producers sync.WaitGroup
	for range 4 {
		producers.Go(d.Publish)
	}
	producers.Wait()
	equal(t, "rings", rings.Load(), 1)
	equal(t, "woken", poll(t, d), true)
	equal(t, "woken twice", poll(t, d), false)
	equal(t, "submitted", d.Submitted(), 4)
}

func TestUnarmedRingsCoalesce(t *testing.T) {
	d := newDoorbell(t)
	for range 1000 {
		must(t, d.Ring())
	}
	equal(t, "woken", poll(t, d), true)
	equal(t, "woken twice", poll(t, d), false)
	equal(t, "submitted", d.Submitted(), 0)
}

// Acknowledging nothing is no error, changes nothing and does not block.
func TestEmptyAcknowledge(t *testing.T) {
	d := newDoorbell(t)
	must(t, d.Acknowledge())
	must(t, d.Ring())
	must(t, d.Acknowledge())
	must(t, d.Acknowledge())
	equal(t, "woken", poll(t, d), false)
	equal(t, "submitted", d.Submitted(), 0)
}

// Publish and Ring, each racing an Arm: either the snapshot has the publish, or the
// bell is rung; a ring is there in any case. Method: rounds of two goroutines that meet by
// spinning, the Arm a little later each time, so that it sweeps over the Publish.
func TestPublishAndRingRacingArm(t *testing.T) {
	rounds := uint64(60_000)
	if testing.Short() {
		rounds = 30_000
	}
	d := newDoorbell(t)
	var begin, done atomic.Uint64
	var other sync.WaitGroup
	defer other.Wait()
	defer begin.Store(rounds + 1)
	other.Go(func() {
		for round := uint64(1); round <= rounds; round++ {
			for begin.Load() < round {
				runtime.Gosched()
			}
			if round%64 == 0 {
				d.Ring()
			}
			d.Publish()
			done.Store(round)
		}
	})
	before := 0
	for round := uint64(1); round <= rounds; round++ {
		begin.Store(round)
		for range round % 1024 {
			begin.Load()
		}
		snapshot := d.Arm()
		for done.Load() < round {
			runtime.Gosched()
		}
		d.Disarm()
		if snapshot < round {
			before++
		}
		if snapshot < round || round%64 == 0 {
			if !poll(t, d) {
				t.Fatalf("snapshot %d in round %d, and no ring", snapshot, round)
			}
		}
	}
	t.Logf("Arm came first in %d of %d rounds", before, rounds)
}

func TestMisusePanicsAtOnce(t *testing.T) {
	d := newDoorbell(t)
	var zero doorbell.Doorbell
	zero.Arm()
	for what, f := range map[string]func(){
		"nil context":                  func() { d.Await(noContext, 0) },
		"nil poller":                   func() { d.Reinstall(nil) },
		"nil waker":                    func() { doorbell.Forward(t.Context(), 0, nil) },
		"not made by New":              func() { zero.Publish() },
		"doorbell: not made by New":    func() { zero.Ring() },
		"doorbell: not made":           func() { zero.Await(t.Context(), 0) },
		"made by New":                  func() { (*doorbell.Doorbell)(nil).Close() },
		"by New":                       func() { zero.FD() },
		"New":                          func() { zero.Acknowledge() },
		"two goroutines in the loop's": func() { awaitWithin(d) },
	} {
		func() {
			defer func() {
				got, _ := recover().(string)
				if !strings.HasPrefix(got, "doorbell: ") || !strings.Contains(got, what) {
					t.Errorf("%s: panic %q", what, got)
				}
			}()
			f()
		}()
	}
	d.Publish() // and it works after all that
	if s, err := d.Await(patient(t), 0); s != 1 || err != nil {
		t.Error(s, err)
	}
}

// awaitWithin calls Await from within an Await, by way of the context's methods.
func awaitWithin(d *doorbell.Doorbell) {
	d.Await(hookContext{context.Background(), nil, func() { d.Await(context.Background(), 0) }}, 0)
}

// noContext is what must be refused.
var noContext context.Context
