// Package trial is what the tests of this module share. Nothing here sleeps, and nothing
// measures time, but for Watch, which only ends a test that would hang.
package trial

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"
)

// T is what the checks need of a testing.TB or a rapid.T.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// WantErr fails unless errors.Is(got, want), and for nil unless got is nil.
func WantErr(t T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", what, got, want)
	}
}

// WantPanic fails unless f panics with text that begins so.
func WantPanic(t T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}()
	f()
}

// Together runs all fs at once, and returns when all have.
func Together(fs ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, f := range fs {
		wg.Go(func() {
			<-start
			f()
		})
	}
	close(start)
	wg.Wait()
}

// Rounds is how often a hammer strikes: about a second's worth with the race detector.
func Rounds(n int) int {
	if testing.Short() {
		n /= 10
	}
	if Race {
		n /= 4
	}
	return n
}

// Watch ends the process with all stacks, and with what describe says, which may be nil, if the test does
// not end in a minute. That is no assertion about time: it replaces go test's ten minutes.
func Watch(t testing.TB, describe func() string) {
	timer := time.AfterFunc(time.Minute, func() {
		debug.SetTraceback("all")
		what := t.Name() + " hangs"
		if describe != nil {
			what += ": " + describe()
		}
		panic(what)
	})
	t.Cleanup(func() { timer.Stop() })
}
