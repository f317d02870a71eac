//go:build !unix && !explore

package doorbell

import "fmt"

// A pipe of this system does not go through the netpoller, or there is none: a
// sleep would cost a thread and could not be interrupted.
const kind = "doorbell"

func open() (r, w *file, err error) {
	return nil, nil, fmt.Errorf("doorbell: %w", errUnsupported)
}

func read(uintptr, []byte) (int, error)  { return 0, errUnsupported }
func write(uintptr, []byte) (int, error) { return 0, errUnsupported }
func again(error) bool                   { return false }
func interrupted(error) bool             { return false }
