package subscribe_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// All returns when the last of its sources was woken, in whatever order they are, and has taken one wake of each.
func TestAllWaitsForTheLast(t *testing.T) {
	for _, n := range []int{1, 2, 8, 9} {
		for stored := range n + 1 { // so many are woken before
			t.Run(fmt.Sprintf("%d of %d stored", stored, n), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					cells := make([]waitcell.Cell, n)
					var srcs []subscribe.Source
					for i := range cells {
						srcs = append(srcs, &cells[i])
						if i < stored {
							cells[i].Wake()
						}
					}
					result := in(func() error { return subscribe.All(bg, srcs...) })
					for i := n - 1; i >= stored; i-- {
						settled()
						if len(result) > 0 {
							t.Fatalf("All returned, and source %d was not woken", i)
						}
						cells[i].Wake()
					}
					wantErr(t, "All", <-result, nil)
					for i := range cells {
						wantState(t, &cells[i], "WAITING")
					}
				})
			})
		}
	}
	wantErr(t, "All of nothing", subscribe.All(bg), nil)
}

// A close ends All while others are still pending, and the wakes that it had been given go back.
func TestAllHandsBackOnClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var woken, stored, silent, closing waitcell.Cell
		stored.Wake()
		result := in(func() error { return subscribe.All(bg, &woken, &stored, &silent, &closing) })
		settled()
		woken.Wake()
		settled()
		closing.CloseWith(errCause)
		wantErr(t, "All", <-result, errCause)
		wantState(t, &woken, "WOKEN")
		wantState(t, &stored, "WOKEN")
		wantState(t, &silent, "WAITING")
	})
}

// The same for the context.
func TestAllHandsBackOnCancel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var woken, silent waitcell.Cell
		f := newFake(nil)
		ctx, cancel := context.WithCancelCause(bg)
		result := in(func() error { return subscribe.All(ctx, &woken, &silent, f) })
		settled()
		woken.Wake()
		cancel(errCause)
		wantErr(t, "All", <-result, errCause)
		wantState(t, &woken, "WOKEN")
		wantState(t, &silent, "WAITING")
		f.wantCalls(t, 0, 1)
	})
}

// Another waiter that takes All's place at a source ends it; at one that has delivered already, it does not.
func TestAllReplaced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a, b waitcell.Cell
		result := in(func() error { return subscribe.All(bg, &a, &b) })
		settled()
		a.Wake()
		a.Subscribe().Cancel()
		settled()
		if len(result) > 0 {
			t.Fatalf("All ended with %v: it had a's wake already", <-result)
		}
		b.Subscribe().Cancel()
		wantErr(t, "All", <-result, waitcell.ErrReplaced)
		wantState(t, &a, "WOKEN")
	})
}

// Foreign sources deliver beside our own, one-shot or by closing their channel.
func TestAllForeign(t *testing.T) {
	for name, deliver := range map[string]func(*fake) *fake{"one-shot": (*fake).fire, "closed": (*fake).shut} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var a waitcell.Cell
				early, late := deliver(newFake(nil)), newFake(nil)
				result := in(func() error { return subscribe.All(bg, early, &a, late) })
				settled()
				a.Wake()
				settled()
				if len(result) > 0 {
					t.Fatal("All returned before the last")
				}
				deliver(late)
				wantErr(t, "All", <-result, nil)
				early.wantCalls(t, 1, 0)
				late.wantCalls(t, 1, 0)
			})
		})
	}
}

// All beside wakes, a close and a cancellation: it takes all or none.
func TestAllHammer(t *testing.T) {
	var cells []*waitcell.Cell
	watch(t, func() string { return fmt.Sprint(cells[0].State(), cells[1].State()) })
	for i := range rounds(6_000) {
		cells = []*waitcell.Cell{new(waitcell.Cell), new(waitcell.Cell)}
		ctx, cancel := context.WithCancel(bg)
		stop := cancel
		if i%2 == 0 {
			stop = func() { cells[1].Close() }
		}
		var err error
		together(
			func() { err = subscribe.All(ctx, cells[0], cells[1]) },
			func() { cells[0].Wake() },
			func() { cells[1].Wake(); stop() },
		)
		cancel()
		for k, c := range cells {
			stored, _ := c.Poll()
			if stored != (err != nil) {
				t.Fatalf("All returned %v, and a wake is stored in %d: %v", err, k, stored)
			}
		}
		if i%2 == 0 && err != nil {
			t.Fatalf("All returned %v, and both were woken before the close", err)
		}
	}
}
