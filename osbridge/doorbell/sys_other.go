//go:build !unix

package doorbell

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// A pipe of this system does not go through the netpoller, or there is none: a
// sleep would cost a thread and could not be interrupted.
const kind = "doorbell"

var errUnsupported = fmt.Errorf("%w on %s", errors.ErrUnsupported, runtime.GOOS)

func open() (r, w *os.File, err error) {
	return nil, nil, fmt.Errorf("doorbell: %w", errUnsupported)
}

func duplicate(int) (*os.File, error) { return nil, errUnsupported }

func read(uintptr, []byte) (int, error)  { return 0, errUnsupported }
func write(uintptr, []byte) (int, error) { return 0, errUnsupported }
func again(error) bool                   { return false }
func interrupted(error) bool             { return false }
