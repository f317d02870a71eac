//go:build unix && (!linux || doorbell_pipe) && !explore

package doorbell

import (
	"fmt"
	"os"
)

const kind = "pipe"

// open makes a pipe whose ends are non-blocking and close-on-exec, as os.Pipe's are.
// A record is far below PIPE_BUF, so it is written whole or not at all.
func open() (r, w *file, err error) {
	if r, w, err = os.Pipe(); err != nil {
		return nil, nil, fmt.Errorf("doorbell: %w", err)
	}
	return r, w, nil
}
