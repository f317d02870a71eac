package softfutex_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
	"pgregory.net/rapid"
)

// The same model with goroutines that sleep in Wait, in a bubble: wakes by bitmask, requeues, contexts that are cancelled,
// and deadlines by the bubble's clock. After each step all is still, and exactly those have returned whom a wake
// counted, or whose contexts are done.

func TestSleepersFollowTheirModel(t *testing.T) { rapid.Check(t, sleepersInBubble) }
func FuzzSleepers(f *testing.F)                 { f.Fuzz(rapid.MakeFuzz(sleepersInBubble)) }

func sleepersInBubble(t *rapid.T) { rapid.SyncTest(t, sleepersProgram) }

// A sleeper is what the model does not know of a waiter.
type sleeper struct {
	cancel   context.CancelFunc
	deadline time.Time
	result   chan error
}

func sleepersProgram(t *rapid.T) {
	p := newProgram()
	var all [modelWaiters]*sleeper
	defer func() { // also when the fuzzer's input ends in the middle: nobody may be left in the bubble
		for _, s := range all {
			if s != nil {
				s.cancel()
			}
		}
	}()
	// returns checks that the wait of i has returned, which makes its place free.
	returns := func(t *rapid.T, i int, err error) {
		t.Helper()
		synctest.Wait()
		select {
		case got := <-all[i].result:
			wantErr(t, "Wait", got, err)
		default:
			t.Fatalf("sleeper %d sleeps, the model says %v", i, err)
		}
		all[i].cancel()
		all[i], p.ws[i] = nil, modelWaiter{}
	}
	n := rapid.SampledFrom([]int{1, 1, 2, 3, 0})
	masks := rapid.SampledFrom([]uint32{MatchAny, 1, 2})
	wake := func(t *rapid.T) {
		whose, m, d, private := p.where(t)
		addr, mask, n := pickAddr(t, "addr"), masks.Draw(t, "mask"), n.Draw(t, "n")
		got, err := m.Wake(d, addr, private, mask, n)
		answer(t, "Wake", got, err)(p.wake(futexOf(whose, addr, private), mask, n))
	}
	t.Repeat(map[string]func(*rapid.T){
		"sleep": func(t *rapid.T) {
			i, _, idle := p.who(t, true)
			whose, m, d, private := p.where(t)
			addr, mask := pickAddr(t, "addr"), masks.Draw(t, "mask")
			left := time.Duration(rapid.IntRange(1, 5).Draw(t, "seconds")) * time.Second
			if !idle {
				return
			}
			ctx, cancel := context.WithTimeout(bg, left)
			s := &sleeper{cancel: cancel, deadline: time.Now().Add(left), result: make(chan error, 1)}
			all[i] = s
			go func() { s.result <- m.Wait(ctx, d, addr, private, 0, mask) }()
			synctest.Wait()
			p.enter(i, whose, addr, private, mask, 0)
		},
		"Wake":  wake,
		"Wake2": wake,
		"wake, and cancel at once": func(t *rapid.T) { // the wake wins
			wake(t)
			for i, s := range all {
				if s != nil && p.ws[i].woken {
					s.cancel()
				}
			}
		},
		"Requeue": func(t *rapid.T) {
			whose, m, d, private := p.where(t)
			a, b, n1, n2 := pickAddr(t, "a"), pickAddr(t, "b"), n.Draw(t, "nwake"), n.Draw(t, "nreq")
			got, err := m.Requeue(d, a, b, private, n1, n2)
			answer(t, "Requeue", got, err)(p.requeue(futexOf(whose, a, private), futexOf(whose, b, private), n1, n2))
		},
		"cancel": func(t *rapid.T) {
			if i, _, sleeps := p.who(t, false); sleeps {
				p.leave(i)
				all[i].cancel()
				returns(t, i, context.Canceled)
			}
		},
		"time passes": func(t *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(1, 3).Draw(t, "seconds")) * time.Second)
			for i, s := range all {
				if s != nil && !time.Now().Before(s.deadline) {
					p.leave(i)
					returns(t, i, context.DeadlineExceeded)
				}
			}
		},
		"": func(t *rapid.T) {
			synctest.Wait()
			for i, s := range all {
				switch {
				case s == nil:
				case p.ws[i].woken:
					returns(t, i, nil)
				case len(s.result) > 0:
					t.Fatalf("sleeper %d returned %v, the model says that it sleeps", i, <-s.result)
				}
			}
		},
	})
}
