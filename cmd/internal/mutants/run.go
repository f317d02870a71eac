package mutants

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A Verdict is what became of a mutant.
type Verdict struct {
	Mutant *Mutant
	Killed bool
	By     string // the test that failed, or why it cannot be said
	Output string // of the tests, if they failed
	Time   time.Duration
}

// A Runner runs mutants in the module at Root, one at a time.
type Runner struct {
	Root string
	dir  string           // for overlays and test binaries
	fine map[Test]*result // without a mutant
}

// A result is one run of a test binary.
type result struct {
	failed bool
	output string
	err    error // it could not be built, or not be run
}

// NewRunner returns a runner; Close removes its temporary files.
func NewRunner(root string) (*Runner, error) {
	dir, err := os.MkdirTemp("", "mutants")
	return &Runner{Root: root, dir: dir, fine: map[Test]*result{}}, err
}

// Close removes what the runner has built.
func (r *Runner) Close() { os.RemoveAll(r.dir) }

// Run applies m and runs its tests, which must pass without it.
func (r *Runner) Run(ctx context.Context, m *Mutant) Verdict {
	v := Verdict{Mutant: m}
	if err := r.baseline(ctx, m.Test); err != nil {
		v.By = err.Error()
		return v
	}
	start := time.Now()
	overlay, err := m.Overlay(r.Root, r.dir)
	if err != nil {
		v.By = err.Error()
		return v
	}
	got := r.test(ctx, m.Test, overlay)
	v.Time = time.Since(start)
	switch {
	case got.err != nil:
		v.By = got.err.Error()
	case !got.failed:
		v.By = "no test failed"
	default:
		v.Killed, v.By, v.Output = true, culprit(got.output), got.output
	}
	return v
}

// baseline runs the tests without a mutant: a layer that fails anyway catches nothing, and
// one without tests neither.
func (r *Runner) baseline(ctx context.Context, t Test) error {
	got := r.fine[t]
	if got == nil {
		got = r.test(ctx, t, "")
		r.fine[t] = got
	}
	switch {
	case got.err != nil:
		return got.err
	case got.failed:
		return fmt.Errorf("without it, too: %s", culprit(got.output))
	case strings.Contains(got.output, "testing: warning: no tests to run"):
		return errors.New("no test matches its run line")
	}
	return nil
}

// test builds the tests of a package, and runs those that t names.
func (r *Runner) test(ctx context.Context, t Test, overlay string) *result {
	bin := filepath.Join(r.dir, "tests.exe")
	build := []string{"test", "-c", "-o", bin, "-tags", t.Tags}
	if t.Race {
		build = append(build, "-race")
	}
	if overlay != "" {
		build = append(build, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(build, t.Package)...)
	cmd.Dir = r.Root
	if out, err := cmd.CombinedOutput(); err != nil {
		return &result{err: fmt.Errorf("it does not build: %w\n%s", err, out)}
	}

	// A hang is ended by the binary's own timeout, which tells where it hangs. What does
	// not heed that is killed.
	ctx, cancel := context.WithTimeout(ctx, t.Timeout+10*time.Second)
	defer cancel()
	run := exec.CommandContext(ctx, bin, "-test.run", t.Run, "-test.timeout", t.Timeout.String(), "-test.failfast")
	run.Dir = filepath.Join(r.Root, filepath.FromSlash(t.Package))
	run.Env = append(os.Environ(), "RAPID_NOFAILFILE=true") // what fails here is to leave nothing in the tree
	run.WaitDelay = time.Second
	out, err := run.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &result{output: string(out)}
	case context.Cause(ctx) == context.DeadlineExceeded || errors.As(err, &exit) && ctx.Err() == nil:
		return &result{failed: true, output: string(out)}
	}
	return &result{err: err}
}

var (
	failure = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	hang    = regexp.MustCompile(`(?m)^\t+(Test\S+) \(`)
	found   = regexp.MustCompile(`LOST WAKEUP|DATA RACE|data race|livelock|illegal outcome|never seen|fatal error: .*`)
)

// culprit names the innermost of the first tests that failed, and what it found.
func culprit(output string) string {
	name := "the test binary"
	if strings.Contains(output, "panic: test timed out") {
		for _, m := range hang.FindAllStringSubmatch(output, -1) {
			name = m[1] // the last is the innermost
		}
		return name + ": hangs"
	}
	for _, m := range failure.FindAllStringSubmatch(output, -1) {
		if name != "the test binary" && !strings.HasPrefix(m[1], name+"/") {
			break
		}
		name = m[1]
	}
	if what := found.FindString(output); what != "" {
		return name + ": " + what
	}
	return name
}
