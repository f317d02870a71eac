//go:build explore

package doorbell_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
)

// TestEveryDoorbellRing: a ring ends a sleep, the present one or the next, and is there until it is taken.
func TestEveryDoorbellRing(t *testing.T) {
	var plays []play
	add := func(name string, build func(scene), legal ...string) {
		plays = append(plays, play{name, build, legal})
	}
	add("ring,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("ring")
	}, "await=0 ring=nil left=0")
	add("ring,ring,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("a")
		s.ring("b")
	}, "await=0 a=nil b=nil left=0", "await=0 a=nil b=nil left=1")
	add("ring,publish,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("ring")
		s.publish("publish")
	}, "await=0 ring=nil left=0", "await=1 ring=nil left=0", "await=1 ring=nil left=1")
	add("ring,publish,loop", func(s scene) {
		s.loop("loop", background, 1)
		s.ring("ring")
		s.publish("publish")
	}, "loop=1 ring=nil left=0", "loop=1 ring=nil left=1")
	// Unarmed, they coalesce: an Await takes all that are there, an Acknowledge does.
	add("ring-ring,await-acknowledge", func(s scene) {
		s.Call("loop", func() any {
			r := s.await(background, 0)
			return r + "," + text(s.d.Acknowledge())
		})
		s.Go("rings", func() { s.d.Ring(); s.d.Ring() })
	}, "loop=0,nil left=0", "loop=0,nil left=1")
	add("ring,acknowledge", func(s scene) {
		s.Call("acknowledge", func() any { return result(s.d.Acknowledge()) })
		s.ring("ring")
	}, "acknowledge=nil ring=nil left=0", "acknowledge=nil ring=nil left=1")
	add("ring,acknowledge-await", func(s scene) {
		s.Call("loop", func() any {
			s.d.Acknowledge()
			return s.await(background, 0)
		}).MaySleep()
		s.ring("ring")
	}, "loop=0 ring=nil left=0", "loop=asleep ring=nil left=0z")
	// A full counter has been rung.
	add("ring,await/full", func(s scene) {
		s.d.Prefill(2, 2)
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("ring")
	}, "await=0 ring=nil left=0", "await=0 ring=nil left=1")
	add("publish,await/full", func(s scene) {
		s.d.Prefill(2, 2)
		s.loop("loop", background, 1)
		s.publish("publish")
	}, "loop=1 left=0", "loop=1 left=1", "loop=1 left=2")
	// So many rings that a pipe's take several reads.
	add("publish,await/many", func(s scene) {
		s.d.Prefill(9, 10)
		s.loop("loop", background, 1)
		s.publish("publish")
	}, "loop=1 left=0", "loop=1 left=1", "loop=1 left=9")
	// Signals interrupt the calls.
	add("ring,await/signals", func(s scene) {
		left := 2
		s.d.Signal(func() bool {
			if left == 0 || s.Choose(2) == 0 {
				return false
			}
			left--
			return true
		})
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("ring")
	}, "await=0 ring=nil left=0")
	// The poller wakes for nothing.
	add("publish,await,stir", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.publish("publish")
		s.Go("stir", func() { s.d.Stir(); s.d.Stir() })
	}, "await=1 left=0")
	// P2: what was written before a ring is seen after the wait that it ends, though the kernel tells nobody.
	add("write-ring,await-read", func(s scene) {
		var field atom.Guarded[int]
		s.Call("await", func() any {
			s.d.Await(background, 0)
			return field.Get()
		})
		s.Go("ring", func() { field.Set(1); s.d.Ring() })
	}, "await=1 left=0")
	// The ring of a Publish fails: nobody else can tell the loop.
	add("publish,loop/broken", func(s scene) {
		s.d.Break(errBroken)
		s.loop("loop", background, 1)
		s.publish("publish")
	}, "loop=1 left=0")
	add("publish,publish,loop/broken", func(s scene) {
		s.d.Break(errBroken)
		s.loop("loop", background, 2)
		s.publish("a")
		s.publish("b")
	}, "loop=1,broken left=0", "loop=2 left=0")
	add("ring,ring/broken", func(s scene) {
		s.d.Break(errBroken)
		s.ring("a")
		s.ring("b")
	}, "a=broken b=broken left=0")
	run(t, plays)
}
