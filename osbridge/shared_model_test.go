package osbridge_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"pgregory.net/rapid"
)

// The model of a shared cell: at most one stored wake, closed or not. Several handles are driven beside it, and
// processes that die, and foreign ones that know only the layout.
func sharedBesideModel(t *rapid.T) {
	cell := new(uint64)
	handles := make([]*osbridge.Shared, 3)
	for i := range handles {
		handles[i] = osbridge.NewSharedOn(cell, waitaddr.Shared)
	}
	mortals := []*osbridge.Shared{
		osbridge.NewSharedOn(cell, mortal{waitaddr.Shared, false}),
		osbridge.NewSharedOn(cell, mortal{waitaddr.Shared, true}),
	}
	word := handles[0].Word()
	const last = math.MaxUint32 &^ (w | c | s)
	word.Store(rapid.SampledFrom([]uint32{0, last - 2*n, last}).Draw(t, "count"))

	var stored, closed bool
	pick := func(t *rapid.T) *osbridge.Shared { return rapid.SampledFrom(handles).Draw(t, "handle") }
	outcome := func(otherwise error) error {
		switch {
		case stored:
			stored = false
			return nil
		case closed:
			return rouse.ErrClosed
		}
		return otherwise
	}
	wake := func() { stored = stored || !closed }
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			v := word.Load()
			equal(t, "woken", v&w != 0, stored)
			equal(t, "closed", v&c != 0, closed)
			equal(t, "Closed", handles[0].Closed(), closed)
			equal(t, "the version", binary.NativeEndian.Uint32(binary.NativeEndian.AppendUint64(nil, *cell)[4:]), 0)
		},
		"Wake": func(t *rapid.T) {
			equal(t, "Wake", pick(t).Wake(), false)
			wake()
			equal(t, "waiting", word.Load()&s != 0, false)
		},
		"Close": func(t *rapid.T) {
			if rapid.IntRange(0, 4).Draw(t, "seldom") == 0 {
				equal(t, "Close", pick(t).Close(), false)
				closed = true
			}
		},
		"Poll": func(t *rapid.T) {
			want := stored
			ok, err := pick(t).Poll()
			equal(t, "Poll", ok, want)
			wantIs(t, "Poll", err, outcome(nil))
		},
		"WaitTimeout": func(t *rapid.T) {
			d := time.Duration(rapid.IntRange(-1, 1).Draw(t, "d"))
			wantIs(t, "WaitTimeout", pick(t).WaitTimeout(d), outcome(context.DeadlineExceeded))
		},
		"Wait": func(t *rapid.T) {
			wantIs(t, "Wait", pick(t).Wait(cancelledWith(errCable)), outcome(errCable))
		},
		"Wait until a deadline": func(t *rapid.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Microsecond)
			defer cancel()
			wantIs(t, "Wait", pick(t).Wait(ctx), outcome(context.DeadlineExceeded))
		},
		"a dying Wake": func(t *rapid.T) {
			dying(func() { rapid.SampledFrom(mortals).Draw(t, "how").Wake() })
			wake()
		},
		"a dying Close": func(t *rapid.T) {
			if rapid.IntRange(0, 4).Draw(t, "seldom") == 0 {
				dying(func() { rapid.SampledFrom(mortals).Draw(t, "how").Close() })
				closed = true
			}
		},
		"a dying wait": func(t *rapid.T) {
			if !stored && !closed {
				dying(func() { mortals[0].WaitTimeout(patience) })
			}
		},
		"a foreign wake": func(t *rapid.T) {
			word.Or(w)
			stored = true
		},
	})
}

func TestSharedBesideModel(t *testing.T) {
	newShared(t)
	rapid.Check(t, sharedBesideModel)
}

func FuzzSharedBesideModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(sharedBesideModel)) }

// Everything at once from many goroutines and handles, with cancellations and timeouts: the waits that returned nil
// are at most the wakes, and when all wakers have come and gone nobody sleeps beside a stored wake.
func TestSharedHammer(t *testing.T) {
	cell := new(uint64)
	newShared(t)
	watch(t, func() string { return fmt.Sprintf("%x", shared(t, cell).Word().Load()) })
	const wakers, waiters = 3, 4
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	var wakes, taken atomic.Int64
	var all, sleepers sync.WaitGroup
	for i := range waiters {
		h := shared(t, cell)
		sleepers.Go(func() {
			base, stop := context.WithCancel(context.Background())
			defer stop()
			for k := 0; ; k++ {
				var err error
				switch (k + i) % 4 {
				case 0:
					err = h.Wait(base)
				case 1:
					err = h.WaitTimeout(time.Duration(k % 50_000))
				case 2:
					ctx, cancel := context.WithCancel(base)
					go cancel()
					err = h.Wait(ctx)
				case 3:
					ctx, cancel := context.WithTimeout(base, time.Duration(k%50_000))
					err = h.Wait(ctx)
					cancel()
				}
				switch {
				case err == nil:
					taken.Add(1)
				case errors.Is(err, rouse.ErrClosed):
					return
				case !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
					t.Error(err)
				}
			}
		})
	}
	for range wakers {
		h := shared(t, cell)
		all.Go(func() {
			for range rounds {
				wakes.Add(1)
				h.Wake()
				runtime.Gosched()
			}
		})
	}
	all.Wait()
	h := shared(t, cell)
	for h.Word().Load()&w != 0 { // somebody takes the last one
		runtime.Gosched()
	}
	h.Close()
	sleepers.Wait()
	if taken.Load() > wakes.Load() || taken.Load() == 0 {
		t.Errorf("%d wakes, %d taken", wakes.Load(), taken.Load())
	}
}

// What was written before a wake is seen after the wait that takes it, also if the wake met another one.
//
// Nothing but the cell may order the two, or the race detector would be content with that. So the word that the
// wake has come is passed in functions that it does not look into.
func TestSharedCoalescedWakeSynchronizes(t *testing.T) {
	cell := new(uint64)
	a, b := shared(t, cell), shared(t, cell)
	for i := range 1000 {
		var data int
		var came bool
		a.Wake()
		var both sync.WaitGroup
		both.Go(func() {
			data = i
			a.Wake()
			whisper(&came)
		})
		both.Go(func() {
			for !overhear(&came) {
				runtime.Gosched()
			}
			if err := b.WaitTimeout(patience); err != nil || data != i {
				t.Errorf("%v; %d, want %d", err, data, i)
			}
		})
		both.Wait()
	}
}

//go:norace
//go:noinline
func whisper(b *bool) { *b = true }

//go:norace
//go:noinline
func overhear(b *bool) bool { return *b }
