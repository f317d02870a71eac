package spin_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No test and nothing that a test calls may leave a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
