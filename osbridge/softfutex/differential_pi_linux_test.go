package softfutex_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
	"pgregory.net/rapid"
)

// The same random programs on a lock of the kernel's and on one of a Manager's. There is one
// lock, so that the kernel finds no cycles, which the Manager does not look for. The threads have
// their own tids on both sides.

// A locking is a side and its lock.
type locking struct {
	side
	addr    Addr
	private bool
}

// look waits until whoever is busy waits for the lock, and tells what there is to see.
func (l locking) look(t *rapid.T, answer string) string {
	ended := []string{}
	for again := true; again; {
		again = false
		for i, h := range l.hands {
			switch {
			case !h.busy:
			case len(h.out) > 0:
				h.busy = false
				ended = append(ended, fmt.Sprint(i, " ", show((<-h.out).err)))
				again = true
			case l.holds(h) || !l.queued(t, h, l.addr, l.private): // it will return
				runtime.Gosched()
				again = true
			}
		}
	}
	slices.Sort(ended)
	holder := "free"
	for i, h := range l.hands {
		if l.holds(h) {
			holder = fmt.Sprint("held by ", i)
		}
	}
	return fmt.Sprint(answer, "; ended ", ended, "; ", holder)
}

func (l locking) holds(h *hand) bool { return l.get(l.addr)&TIDMask == uint32(h.tid) }

func TestManagerLocksAsTheKernel(t *testing.T) {
	k := newKernel(t)
	k.place = [cells]uintptr{0, 4, 0, 4, 0, 4}
	crews := [2]*crew{newCrew(t, 4), newCrew(t, 4)}
	watch(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		addr, private := 4*Addr(rapid.IntRange(0, cells-1).Draw(t, "word")), rapid.Bool().Draw(t, "private")
		sides := [2]locking{{side{k, crews[0]}, addr, private}, {side{newSoft(), crews[1]}, addr, private}}
		k.set(addr, 0)
		defer func() {
			for _, l := range sides {
				l.free(t)
			}
		}()
		var said []string
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			who := rapid.IntRange(0, 3).Draw(t, "who")
			what := rapid.SampledFrom([]string{"locks", "locks", "unlocks", "tries", "locks, no time", "wakes", "requeues"}).Draw(t, "what")
			if sides[0].hands[who].busy {
				what = "sleeps on"
			}
			said = append(said, fmt.Sprint(who, " ", what))
			var saw [2]string
			for i, l := range sides {
				saw[i] = l.look(t, l.do(l.hands[who], what))
			}
			if saw[0] != saw[1] {
				for _, line := range said {
					t.Log(line)
				}
				t.Fatalf("\nthe kernel  %s\nthe Manager %s", saw[0], saw[1])
			}
		}
	})
}

// do does a step on the thread itself, for its tid counts.
func (l locking) do(h *hand, what string) string {
	var f func() (int, error)
	switch what {
	case "locks":
		f = func() (int, error) { return 0, l.lockPI(h, l.addr, l.private) }
	case "locks, no time":
		f = func() (int, error) { return 0, l.lockPITimedOut(h, l.addr, l.private) }
	case "tries":
		f = func() (int, error) { return 0, l.tryLockPI(h, l.addr, l.private) }
	case "unlocks":
		f = func() (int, error) { return 0, l.unlockPI(h, l.addr, l.private) }
	case "wakes": // which touches nobody who waits for a lock
		_, err := l.wake(l.addr, l.private, MatchAny, 1)
		return show(err)
	case "requeues":
		_, err := l.requeue(l.addr, l.addr^4, l.private, 1, 1)
		return show(err)
	default:
		return ""
	}
	h.busy = true
	h.start(f)
	return what
}

// free unlocks until nobody holds the lock nor waits.
func (l locking) free(t *rapid.T) {
	for l.get(l.addr)&TIDMask != 0 {
		for _, h := range l.hands {
			if !h.busy && l.holds(h) {
				l.do(h, "unlocks")
			}
		}
		l.look(t, "")
	}
}
