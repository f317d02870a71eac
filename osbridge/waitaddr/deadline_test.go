package waitaddr

import (
	"math"
	"testing"
	"time"
)

func TestClamp(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		math.MinInt64: 0,
		-1:            0,
		0:             0,
		1:             1,
		decades:       decades,
		decades + 1:   forever,
		forever:       forever,
	} {
		if got := clamp(d); got != want {
			t.Errorf("clamp(%d) = %d, want %d", d, got, want)
		}
	}
}

func TestUntilIsTheReverseOfAfter(t *testing.T) {
	if got := until(after(forever)); got != forever {
		t.Errorf("forever became %v", got)
	}
	for _, d := range []time.Duration{time.Hour, decades} {
		if got := until(after(d)); got > d || got < d-time.Hour/2 {
			t.Errorf("%v became %v", d, got)
		}
	}
	if got := until(after(0)); got != 0 {
		t.Errorf("0 became %v", got)
	}
}

func TestUntilOfTimesWithoutMonotonicReading(t *testing.T) {
	for at, want := range map[time.Time]time.Duration{
		{}:                                       forever,
		time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC): 0,
		time.Unix(0, 0):                          0,
		time.Now().Round(0).Add(-1):              0,
		time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC): forever,
	} {
		if got := until(at); got != want {
			t.Errorf("until(%v) = %v, want %v", at, got, want)
		}
	}
}
