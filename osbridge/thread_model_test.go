package osbridge_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"pgregory.net/rapid"
)

// The model of a thread is a line of numbers. The thread is held by gates, so that it is known who is in line; each
// call writes its number, and what has been written must be what left the model's line, in order.
func threadBesideModel(t *rapid.T) {
	th := osbridge.NewThread(osbridge.WithPolicy(osbridge.Policy{
		Spin: rapid.SampledFrom([]time.Duration{-1, 0}).Draw(t, "spin"),
	}))
	type entry struct {
		number int
		cancel context.CancelFunc
		result chan error
		want   error
		gate   *gate
	}
	var (
		line   []*entry // not run yet
		held   *gate    // the thread is in this call
		want   []int
		got    []int
		number int
		closed bool
	)
	// ended takes the results of calls that are over.
	ended := func(e *entry) {
		if e.result != nil {
			wantIs(t, "Do", <-e.result, e.want)
			e.cancel()
		}
	}
	// advance lets the model's thread run to the next gate, or to the end of the line.
	advance := func() {
		for held == nil && len(line) > 0 {
			e := line[0]
			line = line[1:]
			switch {
			case e.gate != nil:
				held = e.gate
				<-e.gate.entered
			case e.want == nil:
				want = append(want, e.number)
				ended(e)
			default:
				ended(e)
			}
		}
	}
	enter := func(e *entry, accepted error) {
		if closed {
			wantIs(t, "after Close", accepted, rouse.ErrClosed)
			return
		}
		must(t, accepted)
		line = append(line, e)
		advance()
	}
	call := func() (*entry, func()) {
		number++
		n := number
		return &entry{number: n}, func() { got = append(got, n) }
	}
	defer func() { // also when the fuzzer's input ends in the middle: the thread must end
		if held != nil {
			held.open()
		}
		for _, e := range line {
			if e.gate != nil {
				e.gate.open()
			}
		}
		th.Close()
	}()
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			switch {
			case closed, held != nil: // all that came before has run
			case number%3 == 0: // not always, for asking keeps the thread awake
				must(t, th.Do(background, nothing))
			default:
				return
			}
			if !slices.Equal(got, want) {
				t.Fatalf("ran %v, want %v", got, want)
			}
			for _, e := range line {
				if e.result != nil && e.want == nil && len(e.result) > 0 {
					t.Fatalf("Do of %d returned %v, and is in line", e.number, <-e.result)
				}
			}
		},
		"Go": func(t *rapid.T) {
			e, f := call()
			enter(e, th.Go(f))
		},
		"Go, and Goexit": func(t *rapid.T) {
			e, f := call()
			enter(e, th.Go(func() { f(); runtime.Goexit() }))
		},
		"a gate": func(t *rapid.T) {
			g := &gate{make(chan struct{}), make(chan struct{})}
			enter(&entry{gate: g}, th.Go(func() {
				close(g.entered)
				<-g.opened
			}))
		},
		"open": func(t *rapid.T) {
			if held == nil {
				return
			}
			held.open()
			held = nil
			advance()
		},
		"Do": func(t *rapid.T) {
			e, f := call()
			ctx, cancel := context.WithCancel(background)
			if closed || held == nil {
				err := th.Do(ctx, f)
				cancel()
				if closed {
					wantIs(t, "Do", err, rouse.ErrClosed)
					return
				}
				must(t, err)
				want = append(want, e.number)
				return
			}
			// It must be in line before the next step: the one that is put behind it tells.
			e.cancel, e.result = cancel, make(chan error, 1)
			before := th.Newest()
			go func() { e.result <- th.Do(ctx, f) }()
			for th.Newest() == before {
				runtime.Gosched()
			}
			line = append(line, e)
		},
		"Do, and panic": func(t *rapid.T) {
			e, f := call()
			if closed || held != nil {
				return
			}
			want = append(want, e.number)
			defer func() {
				if p, ok := recover().(*osbridge.PanicError); !ok || p.Value != e.number {
					t.Fatalf("Do panicked with %v, want %d", p, e.number)
				}
			}()
			th.Do(background, func() { f(); panic(e.number) })
			t.Fatalf("Do did not panic")
		},
		"cancel": func(t *rapid.T) {
			i := slices.IndexFunc(line, func(e *entry) bool { return e.result != nil && e.want == nil })
			if i < 0 {
				return
			}
			e := line[i]
			e.cancel()
			e.want = context.Canceled
			err := <-e.result // it does not wait for the thread
			wantIs(t, "Do", err, context.Canceled)
			e.result <- err
		},
		"Do, cancelled before": func(t *rapid.T) {
			err := th.Do(cancelledWith(errCable), func() { got = append(got, -1) })
			if !closed || !errors.Is(err, rouse.ErrClosed) {
				wantIs(t, "Do", err, errCable)
			}
		},
		"Close": func(t *rapid.T) {
			if closed || held != nil || rapid.IntRange(0, 5).Draw(t, "seldom") != 0 {
				return
			}
			must(t, th.Close())
			closed = true
		},
	})
	for held != nil {
		held.open()
		held = nil
		advance()
	}
	if err := th.Close(); closed {
		wantIs(t, "Close", err, rouse.ErrClosed)
	} else {
		must(t, err)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("ran %v, want %v", got, want)
	}
}

func TestThreadBesideModel(t *testing.T) { rapid.Check(t, threadBesideModel) }

func FuzzThreadBesideModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(threadBesideModel)) }
