package dma

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
)

// Cancelled before the n-th read starts, for many n: the cause comes back, and
// (goleak) no goroutine stays.
func TestCancelInMidRead(t *testing.T) {
	cause := errors.New("enough")
	path, _ := randomFile(t, 1<<20)
	forEachEngine(t, func(t *testing.T, engine string) {
		for n := int64(1); n <= 64; n++ {
			ctx, cancel := context.WithCancelCause(context.Background())
			r := newReader(t, Config{Engine: engine, Direct: "auto", Block: 16 << 10, Depth: 8})
			r.tap(func(i int64) {
				if i == n {
					cancel(cause)
				}
			})
			if _, err := r.Read(ctx, path); !errors.Is(err, cause) {
				t.Errorf("cancelled at read %d: error %v, want the cause", n, err)
			}
			cancel(nil)
		}
	})
}

// A context that is over before the start starts nothing.
func TestCancelledBeforeStartReadsNothing(t *testing.T) {
	path, _ := randomFile(t, 1<<20)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := newReader(t, Config{Engine: "threads", Direct: "auto", Block: 4096, Depth: 8})
	r.tap(func(int64) { t.Error("a read was started") })
	if _, err := r.Read(ctx, path); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want Canceled", err)
	}
}

// held is an engine that keeps every request until it is told to complete it.
type held struct {
	mu       sync.Mutex
	requests []*request
}

func (e *held) name() string { return "held" }
func (e *held) close() error { return nil }
func (e *held) start(r *request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests = append(e.requests, r)
}

// After a cancellation nothing returns while a single read is in flight: the
// engine may still write to its buffer. In a bubble, where "nothing
// happens any more" can be seen.
func TestCancellationWaitsForWhatIsInFlight(t *testing.T) {
	path, _ := randomFile(t, 1<<20)
	synctest.Test(t, func(t *testing.T) {
		const depth = 4
		e := &held{}
		r := &Reader{config: Config{Engine: "auto", Direct: "off", Block: 4096, Depth: depth}, engine: e}
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			_, err = r.Read(ctx, path)
		}()
		synctest.Wait()
		if len(e.requests) != depth {
			t.Fatalf("%d reads in flight, want %d", len(e.requests), depth)
		}

		cancel()
		for _, inflight := range e.requests {
			synctest.Wait()
			select {
			case <-returned:
				t.Fatal("Read returned with a read in flight")
			default:
			}
			inflight.buf[0] = 1 // still the engine's
			inflight.complete(len(inflight.buf), nil)
		}
		<-returned
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v, want Canceled", err)
		}
		if len(e.requests) != depth {
			t.Fatalf("%d reads were started after the cancellation", len(e.requests)-depth)
		}
	})
}

// A read that fails ends the others' as a cancellation does.
func TestFailureWaitsForWhatIsInFlight(t *testing.T) {
	path, _ := randomFile(t, 1<<20)
	synctest.Test(t, func(t *testing.T) {
		e := &held{}
		r := &Reader{config: Config{Engine: "auto", Direct: "off", Block: 4096, Depth: 2}, engine: e}
		var err error
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			_, err = r.Read(t.Context(), path)
		}()
		synctest.Wait()
		first, second := e.requests[0], e.requests[1]
		if first.slot != 0 {
			first, second = second, first
		}
		first.complete(0, os.ErrInvalid)
		synctest.Wait()
		select {
		case <-returned:
			t.Fatal("Read returned with a read in flight")
		default:
		}
		second.complete(len(second.buf), nil)
		<-returned
		if !errors.Is(err, os.ErrInvalid) {
			t.Fatalf("error %v, want the first block's", err)
		}
	})
}
