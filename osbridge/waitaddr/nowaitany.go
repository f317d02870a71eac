//go:build !linux || waitaddr_portable || explore

package waitaddr

import (
	"errors"
	"fmt"
	"time"
)

func waitAny([]Word, time.Duration, Scope) (int, error) {
	return -1, fmt.Errorf("waitaddr: WaitAny: %w", errors.ErrUnsupported)
}
