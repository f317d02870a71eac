package waitqueue_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// Thousands of keys are in flight; their values come in another order, each to its own ticket.
func TestMapThousandsOfKeys(t *testing.T) {
	const n = 5_000
	var m waitqueue.Map[int, int]
	tickets := make([]*waitqueue.Ticket[int, int], n)
	for i := range n {
		ticket, err := m.Register(i)
		wantErr(t, "Register", err, nil)
		tickets[i] = ticket
	}
	wantEntries(t, &m, n)
	var wg sync.WaitGroup
	for i, ticket := range tickets {
		wg.Go(func() {
			v, err := ticket.Wait(bg)
			wantErr(t, "Wait", err, nil)
			want(t, "the value", v, -i)
		})
	}
	for _, i := range rand.Perm(n) {
		want(t, "Wake", m.Wake(i, -i), true)
		want(t, "a second Wake", m.Wake(i, 0), false)
	}
	wg.Wait()
	wantEntries(t, &m, 0)
}

// A key that is registered is refused, and the refused ticket harms nobody. Once the value was delivered,
// though not yet received, the key is free.
func TestMapRefusesDuplicates(t *testing.T) {
	var m waitqueue.Map[string, int]
	first, _ := m.Register("a")
	second, err := m.Register("a")
	wantErr(t, "Register", err, waitqueue.ErrDuplicate)
	_, err = m.Wait(bg, "a")
	wantErr(t, "Wait", err, waitqueue.ErrDuplicate)
	_, err = second.Value()
	wantErr(t, "Value of the refused", err, waitqueue.ErrDuplicate)
	_, err = second.Wait(bg)
	wantErr(t, "Wait of the refused", err, waitqueue.ErrDuplicate)
	<-second.C()
	second.Cancel()
	wantEntries(t, &m, 1)

	want(t, "Wake", m.Wake("a", 1), true)
	third, err := m.Register("a")
	wantErr(t, "Register, the value not yet received", err, nil)
	want(t, "Wake", m.Wake("a", 3), true)
	v3, _ := third.Value()
	v1, _ := first.Value()
	want(t, "the values", [2]int{v1, v3}, [2]int{1, 3})
	wantEntries(t, &m, 0)
}

// What each operation does to a ticket in each phase. The value is 1 throughout.
func TestTicketInEachPhase(t *testing.T) {
	type ticket = waitqueue.Ticket[int, int]
	type mapp = waitqueue.Map[int, int]
	register := func(m *mapp) *ticket { k, _ := m.Register(7); return k }
	for _, r := range []struct {
		name   string
		begin  func(*mapp, *ticket)
		value  error
		wait   error // with a context that is done
		cancel error // what Value answers after Cancel
		len    int
	}{
		{"registered", func(*mapp, *ticket) {}, subscribe.ErrPending, context.Canceled, subscribe.ErrEnded, 1},
		{"woken", func(m *mapp, k *ticket) { m.Wake(7, 1) }, nil, nil, nil, 0},
		{"received", func(m *mapp, k *ticket) { m.Wake(7, 1); k.Value() }, nil, nil, nil, 0},
		{"shut", func(m *mapp, k *ticket) { m.CloseWith(errCause) }, errCause, errCause, errCause, 0},
		{"woken, then shut", func(m *mapp, k *ticket) { m.Wake(7, 1); m.Close() }, nil, nil, nil, 0},
		{"withdrawn", func(m *mapp, k *ticket) { k.Wait(done()) }, context.Canceled, context.Canceled, context.Canceled, 0},
		{"cancelled", func(m *mapp, k *ticket) { k.Cancel() }, subscribe.ErrEnded, subscribe.ErrEnded, subscribe.ErrEnded, 0},
		{"cancelled, then shut", func(m *mapp, k *ticket) { k.Cancel(); m.Close() }, subscribe.ErrEnded, subscribe.ErrEnded, subscribe.ErrEnded, 0},
	} {
		t.Run(r.name, func(t *testing.T) {
			check := func(what string, v int, err, wanted error) {
				t.Helper()
				wantErr(t, what, err, wanted)
				if (err == nil) != (v == 1) {
					t.Errorf("%s: the value is %d with error %v", what, v, err)
				}
			}
			for range 2 { // each on a map of its own
				var m mapp
				k := register(&m)
				r.begin(&m, k)
				wantEntries(t, &m, r.len)
				v, err := k.Value()
				check("Value", v, err, r.value)
				v, err = k.Wait(done())
				check("Wait", v, err, r.wait)
				wantEntries(t, &m, 0)

				m = mapp{}
				k = register(&m)
				r.begin(&m, k)
				k.Cancel()
				k.Cancel()
				v, err = k.Value()
				check("Value after Cancel", v, err, r.cancel)
				want(t, "Wake after all", m.Wake(7, 9), false)
				wantEntries(t, &m, 0)
			}
		})
	}
}

// Close with a cause reaches all that wait and all that come, and counts; the first cause stays.
func TestMapCloseReachesAll(t *testing.T) {
	var m waitqueue.Map[int, int]
	const n = 100
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			_, err := m.Wait(bg, i)
			wantErr(t, "Wait", err, rouse.ErrClosed)
			wantErr(t, "Wait", err, errCause)
		})
	}
	queued(&m, n)
	want(t, "Closed", m.Closed(), false)
	want(t, "CloseWith", m.CloseWith(errCause), n)
	want(t, "Close", m.Close(), 0)
	wg.Wait()
	want(t, "Closed", m.Closed(), true)
	k, err := m.Register(1)
	wantErr(t, "Register", err, errCause)
	<-k.C()
	k.Cancel()
	_, err = k.Value()
	wantErr(t, "Value", err, errCause)
	wantEntries(t, &m, 0)
}

// Senders, receivers that cancel or whose context ends, and a close, on a few keys that are used again
// and again. Every value carries a number: those for which Wake said true are those that were received.
func TestMapDeliversExactlyWhatItAccepted(t *testing.T) {
	const keys, receivers = 8, 16
	for range rounds(60) {
		var m waitqueue.Map[int, int64]
		var next, sent, received, sums atomic.Int64
		var wg sync.WaitGroup
		got := func(v int64, err error) bool {
			if err == nil {
				received.Add(1)
				sums.Add(v)
			}
			return err == nil
		}
		for i := range receivers {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(uint64(i), 4))
				for !m.Closed() {
					k, err := m.Register(rnd.IntN(keys))
					if err != nil {
						continue
					}
					switch rnd.IntN(5) {
					case 0:
						k.Cancel()
						got(k.Value())
					case 1:
						got(k.Wait(done()))
					case 2:
						got(k.Wait(bg))
					case 3:
						<-k.C()
						got(k.Value())
					case 4:
						for v, err := k.Value(); ; v, err = k.Value() {
							if err != subscribe.ErrPending {
								got(v, err)
								break
							}
							yield()
						}
					}
				}
			})
		}
		for i := range 2 {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(uint64(i), 5))
				for !m.Closed() {
					v := next.Add(1)
					if m.Wake(rnd.IntN(keys), v) {
						sent.Add(1)
						sums.Add(-v)
					}
				}
			})
		}
		for range 100 {
			yield()
		}
		m.Close()
		wg.Wait()
		want(t, "received", received.Load(), sent.Load())
		want(t, "the sum of what was received less what was sent", sums.Load(), 0)
		wantEntries(t, &m, 0)
	}
}

// A wake races a cancellation: Wake says true exactly if the value is the ticket's.
func TestMapWakeBesideCancel(t *testing.T) {
	for name, end := range map[string]func(*waitqueue.Ticket[int, int]){
		"Cancel": (*waitqueue.Ticket[int, int]).Cancel,
		"Wait":   func(k *waitqueue.Ticket[int, int]) { k.Wait(done()) },
	} {
		t.Run(name, func(t *testing.T) {
			var m waitqueue.Map[int, int]
			for i := range rounds(20_000) {
				k, _ := m.Register(i)
				var sent bool
				together(func() { sent = m.Wake(i, 1) }, func() { end(k) })
				v, err := k.Value()
				if sent != (err == nil) || sent != (v == 1) {
					t.Fatalf("Wake said %v, and the ticket has %d, %v", sent, v, err)
				}
			}
			wantEntries(t, &m, 0)
		})
	}
}

// A channel that is asked for after the wake, or after the close, delivers all the same; and the entry
// serves again with no token left, whether anybody watched it or not.
func TestMapChannelAskedForLate(t *testing.T) {
	for name, use := range map[string]func(k *waitqueue.Ticket[int, int]){
		"nobody asks":         func(*waitqueue.Ticket[int, int]) {},
		"asks and receives":   func(k *waitqueue.Ticket[int, int]) { <-k.C() },
		"asks, no receive":    func(k *waitqueue.Ticket[int, int]) { k.C() },
		"asks twice":          func(k *waitqueue.Ticket[int, int]) { k.C(); <-k.C() },
		"asked before, again": func(k *waitqueue.Ticket[int, int]) { <-k.C() },
	} {
		t.Run(name, func(t *testing.T) {
			var m waitqueue.Map[int, int]
			for range 3 {
				k, err := m.Register(1)
				wantErr(t, "Register", err, nil)
				if name == "asked before, again" {
					k.C()
				}
				want(t, "Wake", m.Wake(1, 7), true)
				use(k)
				v, err := k.Value()
				wantErr(t, "Value", err, nil)
				want(t, "the value", v, 7)
				wantEntries(t, &m, 0)
			}
			k, _ := m.Register(2)
			m.Close()
			<-k.C()
			_, err := k.Value()
			wantErr(t, "Value after the close", err, rouse.ErrClosed)
		})
	}
}
