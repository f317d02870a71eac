package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(program.dir)
		os.Exit(code)
	}))
}

// rouse runs the program in this process.
func rouse(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return out.String(), errs.String(), code
}

// program is the one that build makes, for all tests.
var program struct {
	sync.Once
	dir, path, failed string
}

// build makes the program, for what only a process can show.
func build(t *testing.T) string {
	t.Helper()
	program.Do(func() {
		dir, err := os.MkdirTemp("", "rouse")
		if err != nil {
			program.failed = err.Error()
			return
		}
		program.dir = dir // until TestMain removes it
		program.path = filepath.Join(dir, "rouse")
		if runtime.GOOS == "windows" {
			program.path += ".exe"
		}
		if out, err := exec.Command("go", "build", "-o", program.path, ".").CombinedOutput(); err != nil {
			program.failed = err.Error() + "\n" + string(out)
		}
	})
	if program.failed != "" {
		t.Skip("the program cannot be built here: ", program.failed)
	}
	return program.path
}

func tempFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The codes and messages that a shell sees: 0 and nothing, or 1 and one line
// that names the command, the file and the reason.
func TestExitCodes(t *testing.T) {
	bin := build(t)
	good := tempFile(t, "hello\n")
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")

	for _, c := range []struct {
		args   []string
		code   int
		stderr string // its beginning
	}{
		{[]string{"dma", good}, 0, ""},
		{[]string{"dma", "-json", "-engine=threads", "-direct", "off", "-block", "8K", "-depth", "2", good}, 0, ""},
		{[]string{"dma", missing}, 1, "rouse dma: open " + missing + ": "},
		{[]string{"dma", dir}, 1, "rouse dma: open " + dir + ": is a directory\n"},
		{[]string{"dma", missing, good}, 1, "rouse dma: open " + missing + ": "},
		{[]string{"dma", "-engine", "steam", good}, 1, `rouse dma: engine "steam" is none of `},
		{[]string{"dma", "-block", "lots", good}, 1, `rouse dma: invalid argument "lots" for "--block" flag: `},
		{[]string{"dma", "-depth", "0", good}, 1, "rouse dma: depth 0 "},
		{[]string{"dma", "-nonsense"}, 1, "rouse dma: unknown flag: --nonsense\n"},
		{[]string{"nonsense"}, 1, `rouse: unknown command "nonsense"`},
		{[]string{}, 0, ""},
	} {
		var stderr bytes.Buffer
		cmd := exec.Command(bin, c.args...)
		cmd.Stderr = &stderr
		cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != c.code {
			t.Errorf("rouse %q: exit code %d, want %d", c.args, code, c.code)
		}
		lines := strings.Count(stderr.String(), "\n")
		if !strings.HasPrefix(stderr.String(), c.stderr) || lines != c.code {
			t.Errorf("rouse %q: stderr %q, want one line like %q", c.args, stderr.String(), c.stderr)
		}
	}
}

// An interruption of the work itself is told apart from a failure, and ends the list.
func TestInterruptedRunIs130(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(fmt.Errorf("enough"))
	var out, errs bytes.Buffer
	good := tempFile(t, "hello\n")
	code := run(ctx, []string{"dma", good, good}, &out, &errs)
	if want := "rouse dma: read " + good + ": enough\n"; code != 130 || errs.String() != want || out.Len() != 0 {
		t.Fatalf("code %d, stdout %q, stderr %q; want 130 and %q", code, out.String(), errs.String(), want)
	}
}

// One dash does for two, up to where flags end; values and -h stay as they are.
func TestOneDashIsEnough(t *testing.T) {
	got := twoDashes([]string{"dma", "-json", "--depth", "-1", "-h", "-block=1K", "-", "--", "-json"})
	want := []string{"dma", "--json", "--depth", "-1", "-h", "--block=1K", "-", "--", "-json"}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Fatalf("got %q, want %q", got, want)
	}
}
