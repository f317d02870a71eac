package waitaddr_test

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"golang.org/x/sys/unix"
)

// underFire runs f on a thread of its own that signals hit all the time, and
// returns what it does.
func underFire(t *testing.T, f func() error) <-chan error {
	thread, result := make(chan int), make(chan error, 1)
	var over atomic.Bool
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		thread <- unix.Gettid()
		err := f()
		over.Store(true)
		<-thread // the last signal was sent while this thread lived
		result <- err
	}()
	tid := <-thread
	go func() {
		defer close(thread)
		for !over.Load() {
			// The runtime takes a SIGURG too many for one of its own.
			if err := unix.Tgkill(unix.Getpid(), tid, unix.SIGURG); err != nil {
				t.Error(err)
				return
			}
			runtime.Gosched()
		}
	}()
	return result
}

func TestSignalsDoNotEndATimedWait(t *testing.T) {
	eachForm(t, timedForms, func(t *testing.T, f form) {
		const d = 30 * time.Millisecond
		start := time.Now()
		err := <-underFire(t, func() error { return f.wait(new(uint32), 0, d) })
		if elapsed := time.Since(start); !errors.Is(err, waitaddr.ErrTimeout) || elapsed < d {
			t.Errorf("%v after %v of %v", err, elapsed, d)
		}
	})
}

func TestSignalsDoNotEndAnEndlessWait(t *testing.T) {
	word := new(uint32)
	for range 20 {
		result := underFire(t, func() error { return waitaddr.Wait(word, 0) })
		for waitaddr.WakeOne(word) != 1 {
			select {
			case err := <-result:
				t.Fatalf("ended with nobody waking: %v", err)
			default:
				runtime.Gosched()
			}
		}
		if err := <-result; err != nil {
			t.Fatal(err)
		}
	}
}
