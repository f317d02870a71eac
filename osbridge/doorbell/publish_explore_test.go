//go:build explore

package doorbell_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// TestEveryDoorbellPublish: no submission sleeps. A loop that sleeps though it has not seen them all is a lost wakeup.
func TestEveryDoorbellPublish(t *testing.T) {
	var plays []play
	add := func(name string, build func(scene), legal ...string) {
		plays = append(plays, play{name, build, legal})
	}
	add("publish,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.publish("publish")
	}, "await=1 left=0")
	add("publish,publish,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.publish("a")
		s.publish("b")
	}, "await=1 left=0", "await=2 left=0", "await=2 left=1")
	// What is left is the ring of one who was late: it cleared the intent of a later Arm, or the loop slept no more.
	add("publish,publish,loop", func(s scene) {
		s.loop("loop", background, 2)
		s.publish("a")
		s.publish("b")
	}, "loop=2 left=0", "loop=2 left=1")
	add("publish-publish,loop", func(s scene) {
		s.loop("loop", background, 2)
		s.Go("publish", func() { s.d.Publish(); s.d.Publish() })
	}, "loop=2 left=0", "loop=2 left=1")
	add("publish,publish,publish,loop", func(s scene) {
		s.loop("loop", background, 3)
		s.publish("a")
		s.publish("b")
		s.publish("c")
	}, "loop=3 left=0", "loop=3 left=1")
	add("publish,publish,loop/last", func(s scene) {
		s = s.from(maxSeq)
		s.loop("loop", background, 2)
		s.publish("a")
		s.publish("b")
	}, "loop=2 left=0", "loop=2 left=1")
	add("publish,publish,loop/last but one", func(s scene) {
		s = s.from(maxSeq - 1)
		s.loop("loop", background, 2)
		s.publish("a")
		s.publish("b")
	}, "loop=2 left=0", "loop=2 left=1")
	// The loop of the package's documentation: it takes what is in the queue, also what is not published yet.
	add("put-publish,put-publish,drain", func(s scene) {
		var queue atom.Uint64
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() { queue.Add(1); s.d.Publish() })
		}
		s.Call("loop", func() any {
			for processed := uint64(0); ; {
				now := queue.Load()
				if processed != now {
					processed = now
				} else if processed != s.d.Submitted() {
					park.Yield() // Await would say so, again and again
				}
				if processed == 2 {
					return processed
				}
				if _, err := s.d.Await(background, processed); err != nil {
					return err
				}
			}
		})
	}, "loop=2 left=0", "loop=2 left=1")
	// Not every Arm is followed by a sleep.
	add("publish,arm-disarm-await", func(s scene) {
		s.Call("loop", func() any {
			s.d.Arm()
			s.d.Disarm()
			return s.await(background, 0)
		})
		s.publish("publish")
	}, "loop=1 left=0", "loop=1 left=1")
	add("publish,publish,arm-await", func(s scene) {
		s.Call("loop", func() any {
			s.d.Arm()
			return s.await(background, 0)
		})
		s.publish("a")
		s.publish("b")
	}, "loop=1 left=0", "loop=1 left=1", "loop=2 left=0", "loop=2 left=0z", "loop=2 left=1", "loop=2 left=2")
	// P2: what was written before a publish is seen after the Await that reports it.
	add("write-publish,await-read", func(s scene) {
		var field atom.Guarded[int]
		s.Call("await", func() any {
			s.d.Await(background, 0)
			return field.Get()
		})
		s.Go("publish", func() { field.Set(1); s.d.Publish() })
	}, "await=1 left=0")
	run(t, plays)
}
