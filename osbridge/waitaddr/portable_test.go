//go:build waitaddr_portable || explore || !(linux || windows || darwin || freebsd || (openbsd && (amd64 || arm64 || riscv64)))

package waitaddr

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// In a bubble the timeout and the wake fall on the same instant. Whichever is
// first, both sides must tell the same story.
func TestTimeoutAndWakeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		word := new(uint32)
		for range 1000 {
			woken := make(chan int)
			go func() {
				time.Sleep(time.Millisecond)
				woken <- WakeOne(word)
			}()
			err := WaitTimeout(word, 0, time.Millisecond)
			if n := <-woken; (n == 1) != (err == nil) || err != nil && !errors.Is(err, ErrTimeout) {
				t.Fatalf("the waker woke %d, the waiter got %v", n, err)
			}
		}
	})
}

// The word changes while the waiter is held up at the bucket's lock. It must
// look after it got in, for the wake will not find it.
func TestLookComesAfterTheLock(t *testing.T) {
	word, result := new(uint32), make(chan error)
	b := bucketOf(word)
	b.mu.Lock()
	go func() { result <- WaitTimeout(word, 0, time.Second) }()
	for range 1000 {
		runtime.Gosched()
	}
	atomic.StoreUint32(word, 1)
	b.mu.Unlock()
	if err := <-result; !errors.Is(err, ErrMismatch) {
		t.Errorf("%v, want ErrMismatch", err)
	}
}
