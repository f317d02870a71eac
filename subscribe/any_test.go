package subscribe_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Any returns the source that was woken, whichever that is of how many, stored before or delivered in
// its sleep, and leaves all the others as they were.
func TestAnyFindsTheOne(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8, 9, 20} {
		for i := range n {
			t.Run(fmt.Sprintf("%d of %d", i, n), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					cells := make([]waitcell.Cell, n)
					srcs := make([]subscribe.Source, n)
					for k := range cells {
						srcs[k] = &cells[k]
					}
					for _, early := range []bool{true, false} {
						if early {
							cells[i].Wake()
						}
						var got int
						result := in(func() (err error) { got, err = subscribe.Any(bg, srcs...); return })
						if !early {
							settled()
							if !cells[i].Wake() {
								t.Error("Wake found nobody")
							}
						}
						wantErr(t, "Any", <-result, nil)
						if got != i {
							t.Errorf("Any: %d, want %d", got, i)
						}
						for k := range cells {
							wantState(t, &cells[k], "WAITING")
						}
					}
				})
			})
		}
	}
}

// One wake is taken, and of no other source: the others keep theirs.
func TestAnyLeavesTheOthersTheirWakes(t *testing.T) {
	for range 50 {
		var cells [4]waitcell.Cell
		f := newFake(nil)
		for i := range cells {
			cells[i].Wake()
		}
		got, err := subscribe.Any(bg, &cells[0], &cells[1], &cells[2], &cells[3], f)
		wantErr(t, "Any", err, nil)
		for i := range cells {
			if stored, _ := cells[i].Poll(); stored != (i != got) {
				t.Errorf("Any took %d; a wake is stored in %d: %v", got, i, stored)
			}
		}
		f.wantCalls(t, 0, 1)
	}
}

// Woken in its sleep by one, and by another before it could look: the other keeps its wake.
func TestAnyWokenTwiceInItsSleep(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for range 30 {
			var a, b waitcell.Cell
			var got int
			result := in(func() (err error) { got, err = subscribe.Any(bg, &a, &b); return })
			settled()
			a.Wake()
			b.Wake()
			wantErr(t, "Any", <-result, nil)
			cells := []*waitcell.Cell{&a, &b}
			wantState(t, cells[got], "WAITING")
			wantState(t, cells[1-got], "WOKEN")
		}
	})
}

// No source starves: of those that are always ready, each is found in a fixed number of tries. Were each as likely as the others,
// one of four would be missed 400 times in a row once in 10^49; the bound allows for any order that is not hopeless.
func TestAnyStarvesNobody(t *testing.T) {
	var cells [4]waitcell.Cell
	var srcs []subscribe.Source
	var found [len(cells)]int
	for i := range cells {
		srcs = append(srcs, &cells[i])
	}
	for range 400 {
		for i := range cells {
			cells[i].Wake()
		}
		i, _ := subscribe.Any(bg, srcs...)
		found[i]++
	}
	for i, n := range found {
		if n == 0 {
			t.Errorf("source %d was never found: %v", i, found)
		}
	}
}

// A closed source is an outcome like another: before, in the sleep, and beside wakes, which the others keep.
func TestAnyWithAClosedSource(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a, b waitcell.Cell
		result := in(func() error { _, err := subscribe.Any(bg, &a, &b); return err })
		settled()
		b.CloseWith(errCause)
		wantErr(t, "Any, closed in its sleep", <-result, errCause)
		i, err := subscribe.Any(bg, &a, &b)
		wantErr(t, "Any, closed before", err, rouse.ErrClosed)
		if i != 1 {
			t.Errorf("Any: %d, want 1", i)
		}
		wantState(t, &a, "WAITING")
		for range 40 {
			a.Wake()
			i, err := subscribe.Any(bg, &a, &b)
			if i == 0 {
				wantErr(t, "the woken one", err, nil)
				wantState(t, &a, "WAITING")
			} else {
				wantErr(t, "the closed one", err, errCause)
				wantState(t, &a, "WOKEN")
			}
		}
	})
}

// Another waiter takes the place of Any's at one source: that is an outcome too.
func TestAnyReplaced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a, b waitcell.Cell
		result := in(func() error { _, err := subscribe.Any(bg, &a, &b); return err })
		settled()
		sub := b.Subscribe()
		defer sub.Cancel()
		wantErr(t, "Any", <-result, waitcell.ErrReplaced)
		wantState(t, &a, "WAITING")
		wantState(t, &b, "PARKED")
	})
}

// Foreign sources are waited for by their channels, beside our own: one-shot and closed, before and in the sleep. What is not
// chosen is cancelled once.
func TestAnyForeign(t *testing.T) {
	for name, deliver := range map[string]func(*fake) *fake{"one-shot": (*fake).fire, "closed": (*fake).shut} {
		for _, early := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/early=%v", name, early), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					var a waitcell.Cell
					f, other := newFake(errCause), newFake(nil)
					if early {
						deliver(f)
					}
					var got int
					result := in(func() (err error) { got, err = subscribe.Any(bg, other, &a, f); return })
					if !early {
						settled()
						deliver(f)
					}
					wantErr(t, "Any", <-result, errCause)
					if got != 2 {
						t.Errorf("Any: %d, want 2", got)
					}
					f.wantCalls(t, 1, 0)
					other.wantCalls(t, 0, 1)
					wantState(t, &a, "WAITING")
				})
			})
		}
	}
}

// One of our own wakes Any while it sleeps beside foreign sources.
func TestAnyOwnBesideForeign(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a waitcell.Cell
		f := newFake(nil)
		result := in(func() error { _, err := subscribe.Any(bg, f, &a); return err })
		settled()
		if !a.Wake() {
			t.Error("Wake found nobody")
		}
		wantErr(t, "Any", <-result, nil)
		f.wantCalls(t, 0, 1)

		ctx, cancel := context.WithCancel(bg)
		result = in(func() error { _, err := subscribe.Any(ctx, f, &a); return err })
		settled()
		cancel()
		wantErr(t, "Any", <-result, context.Canceled)
		f.wantCalls(t, 0, 2)
		wantState(t, &a, "WAITING")
	})
}

// The context's error comes with -1, and with its cause.
func TestAnyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	cancel(errCause)
	var a, b waitcell.Cell
	i, err := subscribe.Any(ctx, &a, &b)
	if i != -1 || !errors.Is(err, errCause) || !errors.Is(err, context.Canceled) {
		t.Errorf("Any: %d, %v", i, err)
	}
	b.Wake()
	if i, err := subscribe.Any(ctx, &a, &b); i != 1 || err != nil {
		t.Errorf("Any with a wake stored: %d, %v", i, err)
	}
	wantState(t, &a, "WAITING")
}

// Several Anys over the same cells, in different orders, beside wakes that are sent one at a time: each wake is
// taken once, by whoever it was given to, and the others' wakes are kept.
func TestAnyHammer(t *testing.T) {
	var cells [3]waitcell.Cell
	watch(t, func() string { return fmt.Sprint(cells[0].State(), cells[1].State(), cells[2].State()) })
	n := rounds(4_000)
	for range n {
		var a, b int = -1, -1
		together(
			func() {
				for { // the other may take our place: then we come again
					i, err := subscribe.Any(bg, &cells[0], &cells[1])
					if err == nil {
						a = i
						return
					}
				}
			},
			func() {
				for {
					i, err := subscribe.Any(bg, &cells[2], &cells[1])
					if err == nil {
						b = 2 - i
						return
					}
				}
			},
			func() { cells[0].Wake() },
			func() { cells[1].Wake() },
			func() { cells[2].Wake() },
		)
		if a == b {
			t.Fatalf("the one wake of cell %d was taken twice", a)
		}
		left := 0
		for i := range cells {
			if stored, _ := cells[i].Poll(); stored {
				left++
				if i == a || i == b {
					t.Fatalf("the one wake of cell %d was taken, and is stored", i)
				}
			}
			wantState(t, &cells[i], "WAITING")
		}
		if left != 1 {
			t.Fatalf("three wakes, two taken, and %d are left", left)
		}
	}
}

// Cells that are waited for in changing company: whoever sleeps for one of them is found in the bed where it sleeps now.
func TestAnyInChangingCompany(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a, b, c waitcell.Cell
		for range 3 {
			for _, pair := range [][2]*waitcell.Cell{{&a, &b}, {&c, &b}, {&b, &a}, {&b, &c}, {&a, &c}, {&c, &a}} {
				for i, cell := range pair {
					var got int
					result := in(func() (err error) { got, err = subscribe.Any(bg, pair[0], pair[1]); return })
					settled()
					if !cell.Wake() {
						t.Error("Wake found nobody")
					}
					settled()
					if len(result) == 0 {
						t.Fatal("woken, and still asleep")
					}
					wantErr(t, "Any", <-result, nil)
					if got != i {
						t.Errorf("Any: %d, want %d", got, i)
					}
				}
			}
		}
	})
}
