//go:build explore

package doorbell_test

import (
	"fmt"
	"testing"
)

// TestEveryDoorbellCancellation: the end of a context ends the sleep, unless there is something to report, and
// takes nothing with it; an interrupt that comes late disturbs nobody.
func TestEveryDoorbellCancellation(t *testing.T) {
	var plays []play
	add := func(name string, build func(scene), legal ...string) {
		plays = append(plays, play{name, build, legal})
	}
	add("cancel,await", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("await", func() any { return s.await(ctx, 0) })
	}, "await=0,cancelled left=0")
	add("cancel,publish,await", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("await", func() any { return s.await(ctx, 0) })
		s.publish("publish")
	}, "await=0,cancelled left=0", "await=1 left=0", "await=1 left=1")
	add("cancel,ring,await", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("await", func() any { return s.await(ctx, 0) })
		s.ring("ring")
	}, "await=0 ring=nil left=0", "await=0,cancelled ring=nil left=1")
	// What came before the end is reported, not the end.
	add("publish-cancel,await", func(s scene) {
		ctx := s.ending("cancel", s.d.Publish)
		s.Call("await", func() any { return s.await(ctx, 0) })
	}, "await=1 left=0")
	add("ring-cancel,await", func(s scene) {
		ctx := s.ending("cancel", func() { s.d.Ring() })
		s.Call("await", func() any { return s.await(ctx, 0) })
	}, "await=0 left=0")
	add("cancel,close,await", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("await", func() any { return s.await(ctx, 0) })
		s.close("close")
	},
		"await=0,cancelled close=nil left=1",
		"await=0,closed close=nil left=0",
		"await=0,closed close=nil left=1",
	)
	// The next Await finds what the cancelled one left, and no interrupt that was not its own ends it.
	add("cancel,ring,await-await", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("awaits", func() any {
			first := s.await(ctx, 0)
			if first == "0" {
				return first
			}
			return first + " " + s.await(background, 0)
		})
		s.ring("ring")
	}, "awaits=0 ring=nil left=0", "awaits=0,cancelled 0 ring=nil left=0")
	add("cancel,publish,await-await", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("awaits", func() any {
			first := s.await(ctx, 0)
			if first == "1" {
				return first
			}
			return first + " " + s.await(background, 0)
		})
		s.publish("publish")
	}, "awaits=0,cancelled 1 left=0", "awaits=1 left=0", "awaits=1 left=1")
	add("cancel,cancel,await-await", func(s scene) {
		a, b := s.ending("a"), s.ending("b")
		s.Call("awaits", func() any {
			first := s.await(a, 0)
			return first + " " + s.await(b, 0)
		})
	}, "awaits=0,cancelled 0,cancelled left=0")
	add("cancel,cancel,ring,await-await", func(s scene) {
		a, b := s.ending("a"), s.ending("b")
		s.Call("awaits", func() any {
			first := s.await(a, 0)
			return first + " " + s.await(b, 0)
		})
		s.ring("ring")
	},
		"awaits=0 0,cancelled ring=nil left=0",
		"awaits=0,cancelled 0 ring=nil left=0",
		"awaits=0,cancelled 0,cancelled ring=nil left=1",
	)
	// One context for two waits, and the same again after another one.
	add("cancel,ring,await-await/same", func(s scene) {
		ctx := s.ending("cancel")
		s.Call("awaits", func() any {
			first := s.await(ctx, 0)
			return first + " " + s.await(ctx, 0)
		})
		s.ring("ring")
	},
		"awaits=0 0,cancelled ring=nil left=0",
		"awaits=0,cancelled 0 ring=nil left=0",
		"awaits=0,cancelled 0,cancelled ring=nil left=1",
	)
	add("cancel,await-await/other context", func(s scene) {
		ctx, other := s.ending("cancel"), s.ending("other")
		s.d.Ring()
		s.Call("awaits", func() any {
			first := s.await(other, 0)
			return first + " " + s.await(ctx, 0)
		})
	}, "awaits=0 0,cancelled left=0")
	// After a close no context is kept, though Await be called again.
	add("close,await/forgotten", func(s scene) {
		s.Call("await", func() any { return s.await(endless(), 0) })
		s.close("close")
		s.Final("kept", func() any { return s.d.Watches() })
	}, "await=0,closed close=nil kept=false left=0", "await=0,closed close=nil kept=false left=1")
	run(t, plays)
}

// text is result as a string.
func text(err error) string { return fmt.Sprint(result(err)) }
