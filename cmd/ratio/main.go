// Ratio runs a package's benchmarks in short interleaved rounds and prints each
// implementation's time as a ratio to the first one of its scenario.
//
//	go run ./cmd/ratio [-rounds 10] [-benchtime 100ms] [-cpu 2] [-bench .] PACKAGE
//	go run ./cmd/ratio -old REF PACKAGE
//
// Benchmarks are named Scenario/impl=name. In every round each implementation runs
// once, shortly after the one it is compared with, and the ratio is taken within the round:
// so a machine that is slower in one minute than in the next does not bend it. Printed
// are the median over the rounds and the range of the middle half.
//
// With -old each benchmark is compared with itself at another commit instead, the
// two binaries taking turns.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

type config struct {
	pkg, old, bench, benchtime, cpu string
	rounds                          int
}

func main() {
	var c config
	flag.IntVar(&c.rounds, "rounds", 10, "interleaved rounds")
	flag.StringVar(&c.benchtime, "benchtime", "100ms", "time for each benchmark in a round")
	flag.StringVar(&c.cpu, "cpu", "2", "GOMAXPROCS")
	flag.StringVar(&c.bench, "bench", ".", "which benchmarks")
	flag.StringVar(&c.old, "old", "", "a commit to compare with")
	flag.Parse()
	if flag.NArg() != 1 || c.rounds < 1 {
		fmt.Fprintln(os.Stderr, "usage: ratio [flags] PACKAGE")
		flag.PrintDefaults()
		os.Exit(2)
	}
	c.pkg = flag.Arg(0)
	if err := run(c); err != nil {
		fmt.Fprintln(os.Stderr, "ratio:", err)
		os.Exit(1)
	}
}

func run(c config) error {
	dir, err := os.MkdirTemp("", "ratio")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var binaries []string
	if c.old != "" {
		tree := filepath.Join(dir, "old")
		if err := command(".", "git", "worktree", "add", "--detach", tree, c.old); err != nil {
			return err
		}
		defer command(".", "git", "worktree", "remove", "--force", tree)
		binaries = append(binaries, filepath.Join(dir, "old.test"))
		if err := command(tree, "go", "test", "-c", "-o", binaries[0], c.pkg); err != nil {
			return err
		}
	}
	binaries = append(binaries, filepath.Join(dir, "new.test"))
	if err := command(".", "go", "test", "-c", "-o", binaries[len(binaries)-1], c.pkg); err != nil {
		return err
	}
	t := table{againstOld: c.old != ""}
	for i := range c.rounds {
		fmt.Fprintf(os.Stderr, "\rround %d of %d ", i+1, c.rounds)
		t.begin()
		for _, b := range binaries {
			cmd := exec.Command(b, "-test.run=^$", "-test.bench="+c.bench,
				"-test.benchtime="+c.benchtime, "-test.cpu="+c.cpu, "-test.benchmem")
			out, err := cmd.CombinedOutput()
			if err != nil {
				return fmt.Errorf("%s: %w\n%s", c.pkg, err, out)
			}
			if err := t.add(bytes.NewReader(out)); err != nil {
				return err
			}
		}
	}
	fmt.Fprint(os.Stderr, "\r                  \r")
	if len(t.rows) == 0 {
		return errors.New("no benchmark matched")
	}
	fmt.Printf("%s, %s %s/%s, GOMAXPROCS=%s, %d rounds of %s\n", t.cpu, runtime.Version(), runtime.GOOS, runtime.GOARCH, c.cpu, c.rounds, c.benchtime)
	return t.print(os.Stdout)
}

func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}
