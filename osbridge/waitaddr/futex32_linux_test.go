//go:build !(waitaddr_portable || explore) && (386 || arm || mips || mipsle)

package waitaddr

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestTime64IsChosenByTheKernelsVersion(t *testing.T) {
	for release, want := range map[string]bool{
		"2.6.32": false, "4.19.0-27-686": false, "5.0.21": false,
		"5.1": true, "5.1.0-rc1": true, "5.10.0-9-armmp": true, "6.1.0": true, "10.0": true,
		"": false, "six": false, "6": false,
	} {
		if got := hasTime64(release); got != want {
			t.Errorf("hasTime64(%q) = %v", release, got)
		}
	}
}

// Kernels of today are never asked by the old call, so it is tried here.
func TestOldCall(t *testing.T) {
	chosen := futexNumber
	defer func() { futexNumber = chosen }()
	futexNumber = func() uintptr { return unix.SYS_FUTEX }
	word := new(uint32)
	if err := Wait(word, 1); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this kernel was built without the old call: ", err)
	} else if !errors.Is(err, ErrMismatch) {
		t.Errorf("%v, want ErrMismatch", err)
	}
	start := time.Now()
	if err := WaitTimeout(word, 0, 5*time.Millisecond); !errors.Is(err, ErrTimeout) || time.Since(start) < 5*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	result := make(chan error)
	go func() { result <- WaitTimeout(word, 0, decades) }()
	for WakeOne(word) != 1 {
		runtime.Gosched()
	}
	if err := <-result; err != nil {
		t.Error(err)
	}
}
