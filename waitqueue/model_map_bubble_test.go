package waitqueue_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
	"pgregory.net/rapid"
)

// Random programs of goroutines that wait for values of a Map, in a bubble: contexts that are cancelled, deadlines by the
// bubble's clock, values, and the close. After each step all is still. Then each has returned the value that
// the model gave it, or its error, no sooner and no later: a Wake that was accepted has given its value to one wait.

func TestWaitsForValuesFollowTheirModel(t *testing.T) { rapid.Check(t, valuesInBubble) }
func FuzzValues(f *testing.F)                         { f.Fuzz(rapid.MakeFuzz(valuesInBubble)) }

func valuesInBubble(t *rapid.T) { rapid.SyncTest(t, valuesProgram) }

// An awaiter waits for the value of a key.
type awaiter struct {
	key      int
	way      string
	cancel   context.CancelFunc
	deadline time.Time
	result   chan valueOrError
	over     bool // the model says that it has returned
	want     valueOrError
}

type valueOrError struct {
	value int
	err   error
}

func valuesProgram(t *rapid.T) {
	const keys = 3
	var m waitqueue.Map[int, int]
	var all []*awaiter
	var at [keys]*awaiter // who is registered
	closed, next := false, 0
	defer func() { // also when the fuzzer's input ends in the middle: nobody may be left in the bubble
		m.Close()
		for _, w := range all {
			w.cancel()
		}
	}()
	key := func(t *rapid.T) int { return rapid.IntRange(0, keys-1).Draw(t, "key") }
	ends := func(w *awaiter, v int, err error) {
		w.over, w.want = true, valueOrError{v, err}
		if at[w.key] == w {
			at[w.key] = nil
		}
	}
	wait := func(w *awaiter, ctx context.Context) (v int, err error) {
		if w.way == "Map.Wait" {
			return m.Wait(ctx, w.key)
		}
		ticket, err := m.Register(w.key)
		if err != nil {
			return 0, err
		}
		defer ticket.Cancel()
		if w.way == "Ticket.Wait" {
			return ticket.Wait(ctx)
		}
		select {
		case <-ticket.C():
			return ticket.Value()
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	wake := func(t *rapid.T, k int) {
		next++
		want(t, "Wake", m.Wake(k, next), at[k] != nil)
		if at[k] != nil {
			ends(at[k], next, nil)
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"wait": func(t *rapid.T) {
			w := &awaiter{key: key(t), result: make(chan valueOrError, 1), way: rapid.SampledFrom([]string{"Map.Wait", "Ticket.Wait", "select on C"}).Draw(t, "way")}
			d := time.Duration(rapid.IntRange(1, 5).Draw(t, "seconds")) * time.Second
			w.deadline = time.Now().Add(d)
			var ctx context.Context
			ctx, w.cancel = context.WithTimeout(bg, d)
			all = append(all, w)
			go func() {
				v, err := wait(w, ctx)
				w.result <- valueOrError{v, err}
			}()
			switch {
			case closed:
				ends(w, 0, rouse.ErrClosed)
			case at[w.key] != nil:
				ends(w, 0, waitqueue.ErrDuplicate)
			default:
				at[w.key] = w
			}
		},
		"Wake":  func(t *rapid.T) { wake(t, key(t)) },
		"Wake2": func(t *rapid.T) { wake(t, key(t)) },
		"cancel": func(t *rapid.T) {
			if w := at[key(t)]; w != nil {
				w.cancel()
				ends(w, 0, context.Canceled)
			}
		},
		"Wake, and cancel at once": func(t *rapid.T) { // the value wins
			k := key(t)
			if w := at[k]; w != nil && w.way != "select on C" {
				wake(t, k)
				w.cancel()
			}
		},
		"Wake, and another of its key": func(t *rapid.T) { // the value is out of the newcomer's way, taken or not
			k := key(t)
			wake(t, k)
			ticket, err := m.Register(k)
			want(t, "Register fails", err != nil, closed)
			ticket.Cancel()
		},
		"time passes": func(t *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(1, 3).Draw(t, "seconds")) * time.Second)
			for _, w := range at {
				if w != nil && !time.Now().Before(w.deadline) {
					ends(w, 0, context.DeadlineExceeded)
				}
			}
		},
		"Close": func(t *rapid.T) {
			if rapid.IntRange(0, 5).Draw(t, "closes at 0") != 0 {
				return // another time
			}
			woken := 0
			for _, w := range at {
				if w != nil {
					ends(w, 0, rouse.ErrClosed)
					woken++
				}
			}
			want(t, "Close", m.Close(), woken)
			closed = true
		},
		"": func(t *rapid.T) {
			synctest.Wait()
			registered := 0
			for _, w := range at {
				if w != nil {
					registered++
				}
			}
			wantEntries(t, &m, registered)
			all = slices.DeleteFunc(all, func(w *awaiter) bool {
				select {
				case got := <-w.result:
					if !w.over {
						t.Fatalf("%s returned %v, the model says that it sleeps", w.way, got)
					}
					wantErr(t, w.way, got.err, w.want.err)
					want(t, w.way, got.value, w.want.value)
					w.cancel()
				default:
					if w.over {
						t.Fatalf("%s sleeps, the model says that it returns %v", w.way, w.want)
					}
				}
				return w.over
			})
		},
	})
}
