package waitqueue_test

import (
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
	"pgregory.net/rapid"
)

// Random programs of one goroutine on a Map, against a plain map from keys to tickets. Tickets that are
// over, and stale copies of tickets, are used on.

func TestMapFollowsItsModel(t *testing.T) { rapid.Check(t, mapProgram) }
func FuzzMap(f *testing.F)                { f.Fuzz(rapid.MakeFuzz(mapProgram)) }

// A ticketModel is a ticket: pending, or with an outcome for good.
type ticketModel struct {
	real  *waitqueue.Ticket[int, int]
	key   int
	value int
	err   error
}

func mapProgram(t *rapid.T) {
	var m waitqueue.Map[int, int]
	registered := map[int]*ticketModel{}
	var tickets []*ticketModel
	var stale []waitqueue.Ticket[int, int]
	closed, next := false, 0
	key := func(t *rapid.T) int { return rapid.IntRange(0, 4).Draw(t, "key") }
	pick := func(t *rapid.T) *ticketModel {
		return tickets[rapid.IntRange(0, len(tickets)-1).Draw(t, "ticket")]
	}
	check := func(t *rapid.T, k *ticketModel, v int, err error) {
		wantErr(t, "the ticket", err, k.err)
		want(t, "its value", v, k.value)
	}
	end := func(k *ticketModel, err error) {
		k.err = err
		delete(registered, k.key)
	}
	register := func(t *rapid.T) {
		k := &ticketModel{key: key(t)}
		var err, wanted error
		k.real, err = m.Register(k.key)
		switch {
		case closed:
			wanted, k.err = rouse.ErrClosed, rouse.ErrClosed
		case registered[k.key] != nil:
			wanted, k.err = waitqueue.ErrDuplicate, waitqueue.ErrDuplicate
		default:
			registered[k.key], k.err = k, subscribe.ErrPending
		}
		wantErr(t, "Register", err, wanted)
		tickets = append(tickets, k)
	}
	register(t) // so that there is always a ticket
	t.Repeat(map[string]func(*rapid.T){
		"Register": register,
		"Wake": func(t *rapid.T) {
			next++
			at := key(t)
			k := registered[at]
			want(t, "Wake", m.Wake(at, next), k != nil)
			if k != nil {
				end(k, nil)
				k.value = next
			}
		},
		"Value": func(t *rapid.T) {
			k := pick(t)
			v, err := k.real.Value()
			check(t, k, v, err)
		},
		"Wait": func(t *rapid.T) {
			k := pick(t)
			v, err := k.real.Wait(done())
			if k.err == subscribe.ErrPending {
				end(k, done().Err())
			}
			check(t, k, v, err)
		},
		"Cancel": func(t *rapid.T) {
			k := pick(t)
			k.real.Cancel()
			if k.err == subscribe.ErrPending {
				end(k, subscribe.ErrEnded)
			}
			v, err := k.real.Value()
			check(t, k, v, err)
		},
		"C": func(t *rapid.T) { // and Value at once, where it has delivered
			k := pick(t)
			select {
			case <-k.real.C():
				want(t, "C delivered, and there is no outcome", k.err == subscribe.ErrPending, false)
				v, err := k.real.Value()
				check(t, k, v, err)
			default:
				wantErr(t, "C did not deliver", k.err, subscribe.ErrPending)
			}
		},
		"copy, and end": func(t *rapid.T) {
			k := pick(t)
			stale = append(stale, *k.real)
			k.real.Cancel()
			if k.err == subscribe.ErrPending {
				end(k, subscribe.ErrEnded)
			}
		},
		"use a stale copy": func(t *rapid.T) {
			if len(stale) == 0 {
				return // no copy
			}
			k := &stale[rapid.IntRange(0, len(stale)-1).Draw(t, "copy")]
			k.Cancel()
			k.Value()
			k.Wait(done())
		},
		"Close": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "closes at 0") == 0 {
				want(t, "Close", m.Close(), len(registered))
				closed = true
				for _, k := range registered {
					end(k, rouse.ErrClosed)
				}
			}
		},
		"": func(t *rapid.T) { wantEntries(t, &m, len(registered)) },
	})
}
