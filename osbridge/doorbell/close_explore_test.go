//go:build explore

package doorbell_test

import (
	"fmt"
	"testing"
)

// TestEveryDoorbellClose: a close frees who sleeps, one of many succeeds, what was published before it is reported, and
// nobody uses the number of a file that was closed.
func TestEveryDoorbellClose(t *testing.T) {
	var plays []play
	add := func(name string, build func(scene), legal ...string) {
		plays = append(plays, play{name, build, legal})
	}
	add("close,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.close("close")
	}, "await=0,closed close=nil left=0", "await=0,closed close=nil left=1")
	add("close,publish", func(s scene) {
		s.d.Arm()
		s.publish("publish")
		s.close("close")
	}, "close=nil left=1", "close=nil left=2")
	add("close,publish,loop", func(s scene) {
		s.loop("loop", background, 2)
		s.publish("publish")
		s.close("close")
	},
		"loop=0,closed close=nil left=0",
		"loop=0,closed close=nil left=1",
		"loop=1,closed close=nil left=0",
		"loop=1,closed close=nil left=1",
		"loop=1,closed close=nil left=2",
	)
	add("publish-close,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.Call("close", func() any { s.d.Publish(); return result(s.d.Close()) })
	}, "await=1 close=nil left=0", "await=1 close=nil left=1", "await=1 close=nil left=2")
	add("publish-close,loop", func(s scene) {
		s.loop("loop", background, 2)
		s.Call("close", func() any { s.d.Publish(); return result(s.d.Close()) })
	},
		"loop=1,closed close=nil left=0",
		"loop=1,closed close=nil left=1",
		"loop=1,closed close=nil left=2",
	)
	add("ring,publish-close,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("ring")
		s.Call("close", func() any { s.d.Publish(); return result(s.d.Close()) })
	},
		"await=0 ring=closed close=nil left=1",
		"await=0 ring=nil close=nil left=1",
		"await=1 ring=closed close=nil left=0",
		"await=1 ring=closed close=nil left=1",
		"await=1 ring=closed close=nil left=2",
		"await=1 ring=closed close=nil left=3",
		"await=1 ring=nil close=nil left=0",
		"await=1 ring=nil close=nil left=1",
		"await=1 ring=nil close=nil left=2",
		"await=1 ring=nil close=nil left=3",
	)
	add("close,close,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.close("a")
		s.close("b")
	},
		"await=0,closed a=closed b=nil left=0",
		"await=0,closed a=closed b=nil left=1",
		"await=0,closed a=closed b=nil left=2",
		"await=0,closed a=nil b=closed left=0",
		"await=0,closed a=nil b=closed left=1",
		"await=0,closed a=nil b=closed left=2",
	)
	add("close,ring,ring", func(s scene) {
		s.ring("a")
		s.ring("b")
		s.close("close")
	},
		"a=closed b=closed close=nil left=1",
		"a=closed b=closed close=nil left=2",
		"a=closed b=closed close=nil left=3",
		"a=closed b=nil close=nil left=2",
		"a=closed b=nil close=nil left=3",
		"a=nil b=closed close=nil left=2",
		"a=nil b=closed close=nil left=3",
		"a=nil b=nil close=nil left=3",
	)
	add("close,ring,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.ring("ring")
		s.close("close")
	},
		"await=0 ring=closed close=nil left=1",
		"await=0 ring=nil close=nil left=1",
		"await=0,closed ring=closed close=nil left=0",
		"await=0,closed ring=closed close=nil left=1",
		"await=0,closed ring=closed close=nil left=2",
		"await=0,closed ring=nil close=nil left=0",
		"await=0,closed ring=nil close=nil left=1",
		"await=0,closed ring=nil close=nil left=2",
	)
	add("ring-close,await", func(s scene) {
		s.Call("await", func() any { return s.await(background, 0) })
		s.Call("close", func() any { s.d.Ring(); return result(s.d.Close()) })
	},
		"await=0 close=nil left=1",
		"await=0,closed close=nil left=0",
		"await=0,closed close=nil left=1",
		"await=0,closed close=nil left=2",
	)
	add("close,acknowledge", func(s scene) {
		s.Call("acknowledge", func() any { return result(s.d.Acknowledge()) })
		s.close("close")
	},
		"acknowledge=closed close=nil left=0",
		"acknowledge=closed close=nil left=1",
		"acknowledge=nil close=nil left=1",
	)
	// Whoever takes the ring of a close hears of it: a loop in io_uring has nothing else to wake it.
	add("close,acknowledge-acknowledge", func(s scene) {
		s.Call("acknowledge", func() any {
			first := s.d.Acknowledge()
			return fmt.Sprint(result(first), ",", result(s.d.Acknowledge()))
		})
		s.close("close")
	},
		"acknowledge=closed,closed close=nil left=0",
		"acknowledge=closed,closed close=nil left=1",
		"acknowledge=nil,closed close=nil left=0",
		"acknowledge=nil,closed close=nil left=1",
		"acknowledge=nil,nil close=nil left=1",
	)
	add("close,publish/full", func(s scene) {
		s.d.Prefill(2, 2)
		s.d.Arm()
		s.publish("publish")
		s.close("close")
	}, "close=nil left=2")
	add("close,publish,loop/broken", func(s scene) {
		s.d.Break(errBroken)
		s.loop("loop", background, 2)
		s.publish("publish")
		s.close("close")
	},
		"loop=0,closed close=nil left=0",
		"loop=1,broken close=broken left=0",
		"loop=1,broken close=nil left=0",
		"loop=1,closed close=closed left=0",
		"loop=1,closed close=nil left=0",
	)
	add("close,fd", func(s scene) {
		s.Call("fd", func() any { return s.d.FD() >= 0 })
		s.close("close")
	}, "fd=false close=nil left=1", "fd=true close=nil left=1")
	run(t, plays)
}
