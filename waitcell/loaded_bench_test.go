package waitcell_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/trial"
)

// Two goroutines take turns, while as many compute as there are Ps.
func BenchmarkRoundTripLoaded(b *testing.B) {
	b.Run("impl=chan", func(b *testing.B) { defer trial.Others(b, -1)(); chanTurns(b) })
	b.Run("impl=cell", func(b *testing.B) { defer trial.Others(b, -1)(); cellTurns(b) })
}
