package parkinglot_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

func yield() { runtime.Gosched() }

// atomics are what Uint8 and Uint16 have in common.
type atomics[T uint8 | uint16] interface {
	Load() T
	Store(T)
	Swap(T) T
	CompareAndSwap(old, new T) bool
	Add(T) T
	And(T) T
	Or(T) T
}

func TestSmallSizes(t *testing.T) {
	want(t, "Uint8", unsafe.Sizeof(parkinglot.Uint8{}), 1)
	want(t, "Uint16", unsafe.Sizeof(parkinglot.Uint16{}), 2)
	want(t, "Uint16's alignment", unsafe.Alignof(parkinglot.Uint16{}), 2)
}

// Any sequence of operations does to each value of an array what it does to a plain one, and
// nothing to the others.
func TestSmallModel(t *testing.T) {
	t.Run("Uint8", rapid.MakeCheck(smallBytes))
	t.Run("Uint16", rapid.MakeCheck(smallHalves))
}

func FuzzSmallBytes(f *testing.F)  { f.Fuzz(rapid.MakeFuzz(smallBytes)) }
func FuzzSmallHalves(f *testing.F) { f.Fuzz(rapid.MakeFuzz(smallHalves)) }

func smallBytes(t *rapid.T) {
	a := new([12]parkinglot.Uint8)
	smallModel(t, len(a), func(i int) atomics[uint8] { return &a[i] })
}

func smallHalves(t *rapid.T) {
	a := new([6]parkinglot.Uint16)
	smallModel(t, len(a), func(i int) atomics[uint16] { return &a[i] })
}

func smallModel[T uint8 | uint16](t *rapid.T, n int, at func(int) atomics[T]) {
	model := make([]T, n)
	is := func(what string, got, want T) {
		if got != want {
			t.Fatalf("%s: %d, want %d", what, got, want)
		}
	}
	one := func(f func(x atomics[T], m *T, v T)) func(*rapid.T) {
		return func(t *rapid.T) {
			i := rapid.IntRange(0, n-1).Draw(t, "i")
			f(at(i), &model[i], rapid.Custom(func(t *rapid.T) T { return T(rapid.Uint16().Draw(t, "v")) }).Draw(t, "v"))
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"": func(*rapid.T) {
			for i, m := range model {
				is("Load", at(i).Load(), m)
			}
		},
		"store": one(func(x atomics[T], m *T, v T) { x.Store(v); *m = v }),
		"swap":  one(func(x atomics[T], m *T, v T) { is("Swap", x.Swap(v), *m); *m = v }),
		"add":   one(func(x atomics[T], m *T, v T) { *m += v; is("Add", x.Add(v), *m) }),
		"and":   one(func(x atomics[T], m *T, v T) { is("And", x.And(v), *m); *m &= v }),
		"or":    one(func(x atomics[T], m *T, v T) { is("Or", x.Or(v), *m); *m |= v }),
		"cas": one(func(x atomics[T], m *T, v T) {
			if !x.CompareAndSwap(*m, v) {
				t.Fatal("CompareAndSwap of the value failed")
			}
			*m = v
		}),
		"cas of another": one(func(x atomics[T], m *T, v T) {
			if x.CompareAndSwap(^*m, v) {
				t.Fatal("CompareAndSwap of another value succeeded")
			}
		}),
	})
}

// Neighbours in one word, each with a goroutine of its own: nobody disturbs the other, and a
// compare-and-swap never fails for a neighbour's sake.
func TestNeighboursDoNotDisturb(t *testing.T) {
	watch(t, nil)
	a := new(struct {
		_     [0]uint32
		b     [2]parkinglot.Uint8
		plain uint8
		c     parkinglot.Uint8
	})
	n := rounds(1000000)
	var (
		wg          sync.WaitGroup
		over        atomic.Bool // the first has ended, and so do the others
		added, last uint8
	)
	wg.Go(func() {
		defer over.Store(true)
		for i := range n {
			if !a.b[0].CompareAndSwap(uint8(i), uint8(i+1)) {
				t.Error("failed for a neighbour's sake")
				return
			}
		}
	})
	wg.Go(func() {
		for ; !over.Load(); added += 3 {
			a.b[1].Add(3)
		}
	})
	wg.Go(func() {
		for ; !over.Load(); last++ {
			a.plain = last + 1
		}
	})
	wg.Go(func() {
		for !over.Load() {
			a.c.Or(0xf0)
			a.c.And(0x0f)
		}
		a.c.Or(0xf0)
	})
	wg.Wait()
	want(t, "the first", a.b[0].Load(), uint8(n))
	want(t, "the second", a.b[1].Load(), added)
	want(t, "the plain one", a.plain, last)
	want(t, "the last", a.c.Load(), 0xf0)
}

// What is written before a Store is seen after the Load that sees it: the race detector checks it.
func TestSmallSynchronizes(t *testing.T) {
	var flag parkinglot.Uint8
	var data int
	go func() {
		data = 42
		flag.Store(1)
	}()
	for flag.Load() == 0 {
		yield()
	}
	want(t, "data", data, 42)
}
