package lot_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rouse-go/rouse/internal/lot"
	"pgregory.net/rapid"
)

// Random programs on one goroutine: a lot is so many lists of numbers, whatever its table does.

func TestLotFollowsItsModel(t *testing.T) { rapid.Check(t, lotProgram) }
func FuzzLot(f *testing.F)                { f.Fuzz(rapid.MakeFuzz(lotProgram)) }

func lotProgram(t *rapid.T) {
	const keys = 12
	l := lot.NewSmall[int](2, rapid.IntRange(1, 3).Draw(t, "crowd"))
	hash := hashOf
	if rapid.IntRange(0, 3).Draw(t, "hash") == 0 {
		hash = func(k int) uint64 { return uint64(k%2) << 32 }
	}
	ws := make([]Waiter, 10)
	for i := range ws {
		if ws[i].Word = uint64(i); i%2 == 0 {
			ws[i].Expose()
		}
	}
	at := make([]int, len(ws)) // the key, or one of:
	const out, told = -1, -2
	for i := range at {
		at[i] = out
	}
	line := make([][]int, keys) // who waits under each key
	key := func(t *rapid.T, what string) int { return rapid.IntRange(0, keys-1).Draw(t, what) }
	waiter := func(t *rapid.T) int { return rapid.IntRange(0, len(ws)-1).Draw(t, "waiter") }
	leave := func(i int) int {
		k := at[i]
		line[k] = slices.DeleteFunc(line[k], func(j int) bool { return i == j })
		return k
	}
	is := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
	wake := func(i int) { leave(i); at[i] = told }
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			if err := lot.CheckBooks(l); err != nil {
				t.Fatalf("the books: %v", err)
			}
			for k := range line {
				h := hold(l, k, hash(k))
				is("Len", h.Len(), len(line[k]))
				h.Release()
				if len(line[k]) > 0 && l.Empty(hash(k)) {
					t.Fatalf("key %d seems empty, and is not", k)
				}
			}
		},
		"prepare": func(t *rapid.T) {
			i, k := waiter(t), key(t, "key")
			if at[i] != out {
				return
			}
			valid := rapid.Bool().Draw(t, "valid")
			is("Prepare", l.Prepare(&ws[i], k, hash(k), func() bool { return valid }), valid)
			if valid {
				at[i] = k
				line[k] = append(line[k], i)
			}
		},
		"finish": func(t *rapid.T) {
			i := waiter(t)
			gone, rest := -1, -1
			got := l.FinishWith(&ws[i], func(k, n int) { gone, rest = k, n })
			is("Finish", got, at[i] == told)
			if at[i] >= 0 {
				k := leave(i)
				is("gave up under", gone, k)
				is("rest", rest, len(line[k]))
			}
			at[i] = out
		},
		"wakeN": func(t *rapid.T) {
			k, n := key(t, "key"), rapid.IntRange(0, 4).Draw(t, "n")
			first := slices.Clone(line[k][:min(n, len(line[k]))])
			h := hold(l, k, hash(k))
			h.WakeN(n)
			h.Tell(uint64(n))
			h.Release()
			is("woken", h.Woken, len(first))
			for _, i := range first {
				if wake(i); i%2 != 0 {
					is("token", ws[i].Token, n)
				}
			}
		},
		"wake": func(t *rapid.T) {
			k, n := key(t, "key"), rapid.IntRange(0, 4).Draw(t, "n")
			first := slices.Clone(line[k][:min(n, len(line[k]))])
			woken, left := l.Wake(k, hash(k), n, uint64(n))
			for _, i := range first {
				wake(i)
				is("token", ws[i].Token, n)
			}
			is("woken, left", []int{woken, left}, []int{len(first), len(line[k])})
		},
		"wakeSome": func(t *rapid.T) {
			k, n := key(t, "key"), rapid.IntRange(0, 4).Draw(t, "n")
			some, stop := rapid.Uint64Range(0, 15).Draw(t, "some"), rapid.Uint64Range(0, 15).Draw(t, "stop")
			expect, stops := 0, false
			for _, i := range slices.Clone(line[k]) {
				if expect == n {
					break
				}
				if stops = ws[i].Word&stop != 0; stops {
					break
				}
				if ws[i].Word&some != 0 {
					wake(i)
					expect++
				}
			}
			woken, stopped := l.WakeSome(k, hash(k), n, some, stop)
			is("woken, stopped", []any{woken, stopped}, []any{expect, stops})
		},
		"visit": func(t *rapid.T) {
			from, to := key(t, "from"), key(t, "to")
			verdicts := rapid.SliceOfN(rapid.SampledFrom([]lot.Verdict{lot.Skip, lot.Wake, lot.Move, lot.Stop}), 10, 10).Draw(t, "verdicts")
			was := slices.Clone(line[from])
			var asked []int
			h := holdBoth(l, from, hash(from), to, hash(to))
			h.Visit(func(w *Waiter) lot.Verdict {
				asked = append(asked, int(w.Word))
				return verdicts[len(asked)-1]
			})
			woken, moved := 0, 0
			var expect []int
			for n, i := range was {
				expect = append(expect, i)
				if verdicts[n] == lot.Stop {
					break
				}
				switch verdicts[n] {
				case lot.Wake:
					wake(i)
					woken++
				case lot.Move:
					moved++
					if from != to {
						leave(i)
						at[i] = to
						line[to] = append(line[to], i)
					}
				}
			}
			is("left", h.Len(), len(line[from]))
			is("there", h.LenOther(), len(line[to]))
			h.Release()
			is("asked", asked, expect)
			is("woken", h.Woken, woken)
			is("moved", h.Moved, moved)
		},
	})
	for i := range ws {
		is("Finish", l.Finish(&ws[i]), at[i] == told)
	}
	if err := lot.CheckBooks(l); err != nil {
		t.Fatalf("the books: %v", err)
	}
}
