// Package check runs the explorer as a program: it builds a package's tests with the tag
// explore, runs the scenarios that are asked for, and follows the search.
package check

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/mutants"
)

const module = "github.com/rouse-go/rouse"

// Packages are those of the library that have scenarios, by the name of what is in them.
var Packages = map[string]string{
	"cell":       "./waitcell",
	"subscribe":  "./subscribe",
	"queue":      "./waitqueue",
	"park":       "./internal/park",
	"bridge":     "./osbridge",
	"latch":      "./internal/latch",
	"doorbell":   "./osbridge/doorbell",
	"lot":        "./internal/lot",
	"parkinglot": "./osbridge/parkinglot",
	"softfutex":  "./osbridge/softfutex",
	"bounded":    "./rapidtests/bounded",
}

// An Event is what internal/explore tells; see there.
type Event struct {
	Test   string
	Done   bool
	Result struct {
		Executions, Redundant, Steps, Longest, Threads int
		Time                                           time.Duration
		Failure                                        *Failure
	}
}

// A Failure is an execution that went wrong, step by step.
type Failure struct {
	Kind, What, Schedule, Table string
	Steps                       []Step
}

// A Step is one of its steps, or that somebody sleeps at its end.
type Step struct {
	Thread, Op, Object, Before, After, At string
	Asleep                                bool
}

// Config says what to run.
type Config struct {
	Package string   // one of Packages, or the path of a package
	Ask     []string // words that must be in a scenario's name
	List    bool     // only tell what there is
	Mutant  *mutants.Mutant
	Tell    func(Event)
}

// Source is where the library's source is.
type Source struct{ Dir string }

// ErrNoSource says what is missing and what to do.
var ErrNoSource = errors.New("the explorer drives the library's source, built with the tag explore, and there is none here: " +
	"run it with Go installed, in a clone of the repository or in a module that requires " + module)

// Find looks for the source, as the go command in this directory sees it.
func Find(ctx context.Context) (*Source, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	dir := strings.TrimSpace(string(out))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || dir == "" {
		return nil, ErrNoSource
	}
	return &Source{dir}, nil
}

// where returns the directory to build in, the package as seen from there, and the package's directory.
func (s *Source) where(pkg string) (in, path, dir string, err error) {
	if p, ok := Packages[pkg]; ok {
		return s.Dir, p, filepath.Join(s.Dir, filepath.FromSlash(p)), nil
	}
	cmd := exec.Command("go", "list", "-f", "{{.Dir}}", pkg)
	out, err := cmd.Output()
	if err != nil {
		return "", "", "", fmt.Errorf("%q is neither a structure of the library nor a package: see -list", pkg)
	}
	return ".", pkg, strings.TrimSpace(string(out)), nil
}

// Run builds and runs. Its error says that this was not possible; a scenario that fails is an
// event.
func (s *Source) Run(ctx context.Context, c Config) error {
	tmp, err := os.MkdirTemp("", "rouse-check")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	in, path, dir, err := s.where(c.Package)
	if err != nil {
		return err
	}
	bin, events := filepath.Join(tmp, "tests.exe"), filepath.Join(tmp, "events")
	args := []string{"test", "-c", "-tags", "explore", "-o", bin}
	pattern := "^TestEvery"
	if c.Mutant != nil {
		overlay, err := c.Mutant.Overlay(s.Dir, tmp)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
		pattern = c.Mutant.Run
	} else if in == "." {
		pattern = "" // a package of the user's may name its tests as it likes
	}
	build := exec.CommandContext(ctx, "go", append(args, path)...)
	build.Dir = in
	if _, err := os.Stat(filepath.Join(s.Dir, "cmd")); err != nil && in == s.Dir {
		build.Env = append(os.Environ(), "GOWORK=off") // in the module cache go.work is, and what it names is not
	}
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	if err := os.WriteFile(events, nil, 0o600); err != nil {
		return err
	}

	run := exec.CommandContext(ctx, bin, "-test.run", pattern, "-test.failfast", "-test.timeout", "0")
	run.Dir = dir
	run.Env = append(os.Environ(), "EXPLORE_EVENTS="+events, "EXPLORE_ASK="+strings.Join(c.Ask, " "))
	if c.List {
		run.Env = append(run.Env, "EXPLORE_LIST=1")
	}
	return follow(run, events, c.Tell)
}

// follow runs cmd and tells the events as they are written.
func follow(cmd *exec.Cmd, events string, tell func(Event)) error {
	f, err := os.Open(events)
	if err != nil {
		return err
	}
	defer f.Close()
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return err
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()

	r := bufio.NewReader(f)
	line := ""
	failed := false
	read := func() error {
		for {
			part, err := r.ReadString('\n')
			if line += part; err == io.EOF {
				return nil // the rest of the line is not there yet
			} else if err != nil {
				return err
			}
			var e Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				return err
			}
			line = ""
			failed = failed || e.Result.Failure != nil
			tell(e)
		}
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := read(); err != nil {
				cmd.Process.Kill()
				<-over
				return err
			}
		case err := <-over:
			if err := read(); err != nil {
				return err
			}
			if err != nil && !failed { // else the failure was told
				return fmt.Errorf("%w\n%s", err, output.String())
			}
			return nil
		}
	}
}
