package waitaddr_test

import (
	"errors"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// words returns n words of which WaitAny expects the values they have.
func words(n int) []waitaddr.Word {
	ws := make([]waitaddr.Word, n)
	for i := range ws {
		ws[i] = waitaddr.Word{Addr: new(uint32), Expected: uint32(i)}
		*ws[i].Addr = uint32(i)
	}
	return ws
}

func needWaitAny(t *testing.T) {
	t.Helper()
	i, err := waitaddr.WaitAny(words(1), time.Now())
	if errors.Is(err, errors.ErrUnsupported) && i != -1 {
		t.Errorf("index %d, want -1", i)
	}
	skipUnsupported(t, err)
}

func TestWaitAnyTellsWhichWordWasWoken(t *testing.T) {
	needWaitAny(t)
	ws := words(30)
	for _, deadline := range []time.Time{{}, time.Now().Add(time.Hour)} {
		for _, want := range []int{29, 0, 17} {
			var index int
			result := make(chan error)
			go func() {
				var err error
				index, err = waitaddr.WaitAny(ws, deadline)
				result <- err
			}()
			wakeSleeper(ws[want].Addr)
			if err := <-result; err != nil || index != want {
				t.Errorf("woke word %d, got %d, %v", want, index, err)
			}
		}
	}
}

func TestWaitAnyTellsWhichWordDiffers(t *testing.T) {
	needWaitAny(t)
	ws := words(30)
	atomic.AddUint32(ws[17].Addr, 1)
	for _, deadline := range []time.Time{{}, time.Unix(0, 0), time.Now().Add(time.Hour)} {
		if i, err := waitaddr.WaitAny(ws, deadline); i != 17 || !errors.Is(err, waitaddr.ErrMismatch) {
			t.Errorf("deadline %v: %d, %v, want 17, ErrMismatch", deadline, i, err)
		}
	}
}

func TestWaitAnyTimesOut(t *testing.T) {
	needWaitAny(t)
	for _, n := range []int{1, 30, 128} {
		start := time.Now()
		i, err := waitaddr.WaitAny(words(n), start.Add(2*time.Millisecond))
		if elapsed := time.Since(start); i != -1 || !errors.Is(err, waitaddr.ErrTimeout) || elapsed < 2*time.Millisecond {
			t.Errorf("%d words: %d, %v after %v", n, i, err, elapsed)
		}
	}
}

func TestWaitAnyLimits(t *testing.T) {
	needWaitAny(t)
	for _, n := range []int{0, 129} {
		if i, err := waitaddr.WaitAny(words(n), time.Time{}); i != -1 || !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%d words: %d, %v, want -1, EINVAL", n, i, err)
		}
	}
}
