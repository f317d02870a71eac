package waitaddr_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// roles are what this binary does instead of testing when a test starts it a
// second time, as another process.
var roles = map[string]func(){}

const roleVariable = "WAITADDR_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		role()
		return
	}
	goleak.VerifyTestMain(m)
}
