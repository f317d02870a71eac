//go:build !(waitaddr_portable || explore)

package waitaddr

import (
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

func TestMilliseconds(t *testing.T) {
	for d, want := range map[time.Duration]uintptr{
		0:                              0,
		1:                              1,
		time.Millisecond:               1,
		time.Millisecond + 1:           2,
		windows.INFINITE * 1000 * 1000: windows.INFINITE - 1,
		decades:                        windows.INFINITE - 1,
		forever:                        windows.INFINITE,
	} {
		if got := milliseconds(d); got != want {
			t.Errorf("milliseconds(%v) = %d, want %d", d, got, want)
		}
	}
}
