package parkinglot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
	"pgregory.net/rapid"
)

// Random programs of goroutines that park in a Lot, in a bubble: contexts that are cancelled, timeouts that
// pass by the bubble's clock, and every kind of unpark. After each step all is still, and each goroutine
// has returned what the model says, no sooner and no later.

func TestParkersFollowTheirModel(t *testing.T) { rapid.Check(t, parkersInBubble) }
func FuzzParkers(f *testing.F)                 { f.Fuzz(rapid.MakeFuzz(parkersInBubble)) }

func parkersInBubble(t *rapid.T) { rapid.SyncTest(t, parkersProgram) }

type parker struct {
	cancel   func()
	deadline time.Time // zero: none
	key      int       // of the model: where it waits, or over
	err      error     // of the model
	token    uint64    // of the model

	returned bool
	gotErr   error
	gotToken uint64
	gotRest  int // what TimedOut told, or -1
	gotKey   Key
	rest     int // of the model
}

const over = -1

func parkersProgram(t *rapid.T) {
	const keys = 3
	var l Lot
	var words [keys]uint32
	var all []*parker
	var line [keys][]*parker
	key := func(i int) Key { return keyOf(&words[i]) }
	draw := func(t *rapid.T, what string) int { return rapid.IntRange(0, keys-1).Draw(t, what) }
	defer func() { // also when the fuzzer's input ends in the middle: nobody may be left in the bubble
		for i := range keys {
			l.UnparkAll(key(i), 0)
		}
	}()
	leave := func(p *parker) {
		line[p.key] = slices.DeleteFunc(line[p.key], func(q *parker) bool { return p == q })
	}
	unpark := func(p *parker, token uint64) {
		leave(p)
		p.key, p.token = over, token
	}
	giveUp := func(p *parker, err error) {
		leave(p)
		p.rest, p.err = len(line[p.key]), err
		if p.gotKey != key(p.key) {
			t.Errorf("TimedOut told another key")
		}
		p.key = over
	}
	is := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
	result := func(r Result, unparked, requeued, left int) {
		r.Fair = false // or not
		is("result", r, Result{Unparked: unparked, Requeued: requeued, Left: left})
	}
	still := func() {
		synctest.Wait()
		for i, p := range all {
			if p.returned != (p.key == over) {
				t.Fatalf("parker %d: returned %v, and is at %d", i, p.returned, p.key)
			}
			if !p.returned {
				continue
			}
			if !errors.Is(p.gotErr, p.err) || p.gotToken != p.token || p.gotRest != p.rest {
				t.Fatalf("parker %d: %v, token %d, rest %d; want %v, %d, %d",
					i, p.gotErr, p.gotToken, p.gotRest, p.err, p.token, p.rest)
			}
		}
		for i := range keys {
			is("Len", l.Len(key(i)), len(line[i]))
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"": func(*rapid.T) { still() },
		"park": func(t *rapid.T) {
			k, d := draw(t, "key"), time.Duration(rapid.IntRange(0, 3).Draw(t, "minutes"))*time.Minute
			ctx, cancel := context.WithCancel(bg)
			p := &parker{cancel: cancel, key: k, gotRest: -1, rest: -1}
			how := Parking{
				Token:    uint64(len(all)),
				TimedOut: func(k Key, rest int) { p.gotKey, p.gotRest = k, rest },
			}
			if d > 0 {
				p.deadline = time.Now().Add(d)
			}
			go func() {
				if d > 0 {
					p.gotToken, p.gotErr = l.ParkTimeout(d, key(k), how)
				} else {
					p.gotToken, p.gotErr = l.Park(ctx, key(k), how)
				}
				p.returned = true
			}()
			synctest.Wait()
			all = append(all, p)
			line[k] = append(line[k], p)
		},
		"refuse": func(t *rapid.T) {
			_, err := l.Park(bg, key(draw(t, "key")), Parking{Validate: func() bool { return false }})
			is("Park", err, parkinglot.ErrInvalid)
		},
		"cancel": func(t *rapid.T) {
			if len(all) == 0 {
				return
			}
			p := all[rapid.IntRange(0, len(all)-1).Draw(t, "parker")]
			p.cancel()
			synctest.Wait()
			if p.key != over && p.deadline.IsZero() {
				giveUp(p, context.Canceled)
			}
		},
		"time": func(*rapid.T) {
			time.Sleep(time.Minute)
			synctest.Wait()
			for _, p := range all { // those of one moment in any order, so the model cannot know the rest
				if p.key != over && !p.deadline.IsZero() && !p.deadline.After(time.Now()) {
					giveUp(p, context.DeadlineExceeded)
					p.rest = p.gotRest
				}
			}
		},
		"unparkOne": func(t *rapid.T) {
			k := draw(t, "key")
			n := min(1, len(line[k]))
			result(l.UnparkOne(key(k), func(Result) uint64 { return 7 }), n, 0, len(line[k])-n)
			if n == 1 {
				unpark(line[k][0], 7)
			}
		},
		"unparkAll": func(t *rapid.T) {
			k := draw(t, "key")
			is("UnparkAll", l.UnparkAll(key(k), 8), len(line[k]))
			for len(line[k]) > 0 {
				unpark(line[k][0], 8)
			}
		},
		"filter": func(t *rapid.T) {
			k := draw(t, "key")
			odd := func(token uint64) bool { return token%2 == 1 }
			var chosen []*parker
			for _, p := range line[k] {
				if odd(uint64(slices.Index(all, p))) {
					chosen = append(chosen, p)
				}
			}
			r := l.UnparkFilter(key(k), func(token uint64) parkinglot.Verdict {
				if odd(token) {
					return parkinglot.Unpark
				}
				return parkinglot.Skip
			}, nil)
			for _, p := range chosen {
				unpark(p, 0)
			}
			result(r, len(chosen), 0, len(line[k]))
		},
		"requeue": func(t *rapid.T) {
			from, to := draw(t, "from"), draw(t, "to")
			n, m := rapid.IntRange(0, 2).Draw(t, "unpark"), rapid.IntRange(0, 3).Draw(t, "requeue")
			r := l.UnparkRequeue(key(from), key(to), func() (int, int) { return n, m }, func(Result) uint64 { return 9 })
			n = min(n, len(line[from]))
			m = min(m, len(line[from])-n)
			for range n {
				unpark(line[from][0], 9)
			}
			if from != to {
				for _, p := range slices.Clone(line[from][:m]) {
					leave(p)
					p.key = to
					line[to] = append(line[to], p)
				}
			}
			result(r, n, m, len(line[from]))
		},
	})
}
