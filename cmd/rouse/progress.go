package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// long is the size of a file from which on a bar is worth showing.
const long = 256 << 20

// progressOn shows a bar on stderr, if that is a terminal and the work is long.
func progressOn(what string, size int64) io.WriteCloser {
	if size < long || !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	return bar{progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// bar never fails: a terminal that went away is no reason to stop reading.
type bar struct{ *progressbar.ProgressBar }

func (b bar) Write(p []byte) (int, error) {
	b.Add(len(p))
	return len(p), nil
}
