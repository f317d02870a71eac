//go:build linux || darwin || freebsd || netbsd || openbsd

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C in the run of everything: what there is is printed, the page is written, and the code is 130. The
// old report comes through a pipe; when it has been read, the program is about to measure, or does.
func TestBenchControlC(t *testing.T) {
	bin := build(t)
	old, _, code := rouse(benchArgs("-json")...)
	if code != 0 {
		t.Fatal("no old report")
	}
	dir := t.TempDir()
	page, pipe := filepath.Join(dir, "report.html"), filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipe here: %v", err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(bin, "bench", "-html", page, "-compare", pipe)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pipe, []byte(old), 0o600); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Error(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if s := stderr.String(); !strings.HasPrefix(s, "rouse bench: interrupted: ") || strings.Count(s, "\n") != 1 {
		t.Errorf("stderr %q, want one line", s)
	}
	if s := stdout.String(); !strings.Contains(s, "\ninterrupted: ") {
		t.Errorf("stdout:\n%s", s)
	}
	if html, err := os.ReadFile(page); err != nil || !bytes.HasSuffix(html, []byte("</html>\n")) {
		t.Errorf("the page: %v, %d bytes", err, len(html))
	}
}
