package bytelock

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
	"unsafe"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ = [1]struct{}{}[unsafe.Sizeof(Mutex{})-1] // one byte

// A counter that several count, some of whom lose patience: as many as had the lock have counted.
func TestLocksExclude(t *testing.T) {
	var m Mutex
	var wg sync.WaitGroup
	var count int
	const goroutines, each = 8, 500
	had := make([]int, goroutines)
	for i := range goroutines {
		wg.Go(func() {
			for k := range each {
				ctx, cancel := context.Background(), func() {}
				if i%2 == 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(k%50)*time.Microsecond)
				}
				switch err := m.LockContext(ctx); {
				case err == nil:
					count++
					had[i]++
					m.Unlock()
				case !errors.Is(err, context.DeadlineExceeded):
					t.Error(err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	sum := 0
	for i, n := range had {
		if sum += n; i%2 == 1 && n != each {
			t.Errorf("%d locks of %d by who waits for ever", n, each)
		}
	}
	if count != sum || m.state.Load() != 0 {
		t.Errorf("%d counted by %d locks, the state is %d", count, sum, m.state.Load())
	}
}

// Who gives up leaves a lock that is as it was.
func TestGivingUpLeavesNothingBehind(t *testing.T) {
	var m Mutex
	m.Lock()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := m.LockContext(ctx); !errors.Is(err, context.DeadlineExceeded) || m.state.Load() != locked {
		t.Errorf("%v, the state is %d", err, m.state.Load())
	}
	m.Unlock()
	if m.state.Load() != 0 {
		t.Errorf("the state is %d", m.state.Load())
	}
}
