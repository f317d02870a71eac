//go:build explore

package doorbell_test

import (
	"fmt"
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/osbridge/doorbell"
)

// A uring is the loop of the package's documentation, for a ring that has nothing but the wake poll. It ends when
// so many were submitted, or it has heard of a close, or stop says so.
type uring struct {
	scene
	poll  doorbell.Poll
	total uint64
	stop  func() bool

	// Breaks of the rules: see TestDoorbellUringRules.
	acknowledgesArmed, forgetsToAcknowledge, looksFirst, ignoresMore bool

	queued int // the number that the next Submit gives to the kernel; 0: none
}

// AddPollMultishot implements doorbell.Poller.
func (u *uring) AddPollMultishot(fd int, userData uint64) error {
	if userData != doorbell.WakeUserData {
		u.Errorf("user data %#x", userData)
	}
	u.queued = fd
	return nil
}

func (u *uring) submit() {
	if u.queued != 0 {
		u.poll.Submit(u.queued)
		u.queued = 0
	}
}

// run returns what it has processed, and how it ended.
func (u *uring) run() any {
	polling, closed := false, false
	for {
		looked := u.looksFirst && u.stop()
		if !polling && !closed {
			if closed = u.d.Reinstall(u) != nil; !closed {
				u.submit()
				closed = !u.forgetsToAcknowledge && u.d.Acknowledge() != nil
			}
			polling = true
		}
		processed := (u.d.Submitted() - u.start) & maxSeq
		switch {
		case closed:
			return fmt.Sprint(processed, ",closed")
		case processed == u.total, looked, !u.looksFirst && u.stop():
			return processed
		}
		var more, ok bool
		if u.d.Arm() == (u.start+processed)&maxSeq {
			if u.acknowledgesArmed {
				u.d.Acknowledge()
			}
			for more, ok = u.poll.Next(); !ok; more, ok = u.poll.Next() {
				park.Yield() // asleep in the kernel
			}
		}
		u.d.Disarm()
		for ; ok; more, ok = u.poll.Next() {
			polling = more || u.ignoresMore
			closed = u.d.Acknowledge() != nil
		}
	}
}

func never() bool { return false }

// stopAndRing has a thread stop the loop by a flag and a ring.
func (u *uring) stopAndRing() {
	var stop atom.Bool
	u.total, u.stop = 1, stop.Load
	u.Go("ring", func() { stop.Store(true); u.d.Ring() })
}

// urings are the ways in which a completion may come.
func urings(f func(way string, poll doorbell.Poll)) {
	for _, last := range []int{0, 1, 2} {
		for _, atOnce := range []bool{false, true} {
			way := map[bool]string{false: "later", true: "at once"}[atOnce]
			if last > 0 {
				way += fmt.Sprint(", the last is number ", last)
			}
			f(way, doorbell.Poll{AtOnce: atOnce, Last: last})
		}
	}
}

// TestEveryDoorbellUring: a loop that sleeps in io_uring sleeps over no submission, no ring and no close, whenever
// its completions come, and wherever the poll ends. That a completion is no count is a part of it: several rings give one.
func TestEveryDoorbellUring(t *testing.T) {
	var plays []play
	urings(func(way string, poll doorbell.Poll) {
		add := func(name string, build func(*uring), legal ...string) {
			plays = append(plays, play{name + "/" + way, func(s scene) {
				u := &uring{scene: s, poll: poll, stop: never}
				build(u)
				s.Call("loop", u.run)
			}, legal})
		}
		add("publish", func(u *uring) {
			u.total = 1
			u.publish("publish")
		}, "loop=1 left=0")
		add("publish,publish", func(u *uring) {
			u.scene = u.from(maxSeq)
			u.total = 2
			u.publish("a")
			u.publish("b")
		}, "loop=2 left=0", "loop=2 left=1")
		add("publish-publish", func(u *uring) {
			u.total = 2
			u.Go("publish", func() { u.d.Publish(); u.d.Publish() })
		}, "loop=2 left=0", "loop=2 left=1")
		add("stop-ring", (*uring).stopAndRing, "loop=0 left=0", "loop=0 left=1")
		add("ring,publish", func(u *uring) {
			u.total = 1
			u.ring("ring")
			u.publish("publish")
		}, "ring=nil loop=1 left=0", "ring=nil loop=1 left=1")
		add("close", func(u *uring) {
			u.total = 1
			u.close("close")
		}, "close=nil loop=0,closed left=0", "close=nil loop=0,closed left=1")
		add("publish-close", func(u *uring) {
			u.total = 2
			u.Call("close", func() any { u.d.Publish(); return result(u.d.Close()) })
		},
			"close=nil loop=1,closed left=0",
			"close=nil loop=1,closed left=1",
			"close=nil loop=1,closed left=2",
		)
		add("many rings", func(u *uring) {
			u.total = 1
			u.d.Prefill(5, 6)
			u.publish("publish")
		}, "loop=1 left=0", "loop=1 left=1")
		if poll.Last == 1 { // the others take seconds, and show no other outcome
			add("ring,close", func(u *uring) {
				u.total = 1
				u.ring("ring")
				u.close("close")
			})
		}
	})
	run(t, plays)
}

// TestDoorbellUringRules: each of the rules that the documentation has for such a loop is needed; the search
// refutes a loop that breaks it.
func TestDoorbellUringRules(t *testing.T) {
	alone(t)
	for name, breaks := range map[string]func(*uring){
		"no Acknowledge between Arm and the sleep": func(u *uring) { u.acknowledgesArmed = true; u.publish("publish") },
		"Acknowledge after Reinstall":              func(u *uring) { u.forgetsToAcknowledge = true; u.close("close") },
		"Acknowledge, then look":                   func(u *uring) { u.looksFirst = true; u.stopAndRing() },
		"Reinstall after the last completion": func(u *uring) {
			u.ignoresMore = true
			u.poll.Last = 1
			u.ring("ring")
			u.publish("publish")
		},
	} {
		r := explore.Search(explore.Scenario{Name: name, Build: func(e *explore.Env) {
			u := &uring{scene: newScene(e, false), total: 1, stop: never}
			breaks(u)
			e.Call("loop", u.run)
		}})
		if r.Failure == nil || r.Failure.Kind != "LOST WAKEUP" {
			t.Errorf("%s: %v", name, r)
		}
	}
}
