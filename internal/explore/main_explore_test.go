//go:build explore

package explore

import (
	"testing"

	"go.uber.org/goleak"
)

// A search leaves no goroutine behind, not even those of threads that never ended.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
