//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C in the middle of a file: one line, code 130, at once. The first file's
// line on stdout says that the program is at work on the second, a hole of a
// terabyte that it would be busy with for many minutes.
func TestControlC(t *testing.T) {
	bin := build(t)
	first, huge := tempFile(t, "hello\n"), filepath.Join(t.TempDir(), "huge")
	f, err := os.Create(huge)
	if err != nil {
		t.Fatal(err)
	}
	err = f.Truncate(1 << 40)
	f.Close()
	if err != nil {
		t.Skipf("no sparse file of a terabyte here: %v", err)
	}

	for _, engine := range []string{"auto", "threads"} {
		var stderr bytes.Buffer
		cmd := exec.Command(bin, "dma", "-json", "-engine", engine, first, huge)
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
			t.Errorf("engine %s: no line of the first file: %v", engine, err)
		}
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("engine %s: exit code %d, want 130", engine, code)
		}
		if s := stderr.String(); !strings.HasPrefix(s, "rouse dma: read "+huge+": ") || strings.Count(s, "\n") != 1 {
			t.Errorf("engine %s: stderr %q, want one line about %s", engine, s, huge)
		}
	}
}
