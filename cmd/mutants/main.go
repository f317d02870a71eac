// Command mutants applies the small breaks in rapidtests/mutants one after another, runs for each the
// tests that must catch it, and prints the table of who caught what. The source tree is
// not touched. Its status is not 0 if one survives, or no longer fits the source.
//
//	go run ./cmd/mutants            # all
//	go run ./cmd/mutants -run park  # those whose names match
//	go run ./cmd/mutants -for 2m    # in random order, as many as begin within two minutes
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/mutants"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pattern := flag.String("run", "", "only mutants whose names match this regular expression")
	budget := flag.Duration("for", 0, "take them in random order, and begin none after this time; 0: all, by name")
	verbose := flag.Bool("v", false, "print the output of the tests that caught them")
	flag.Parse()
	if err := run(ctx, os.Stdout, *pattern, *budget, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, pattern string, budget time.Duration, verbose bool) error {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/rouse-go/rouse").Output()
	if err != nil {
		return fmt.Errorf("go list: %w; run it inside the repository", err)
	}
	dir := strings.TrimSpace(string(root))
	ms, err := mutants.Load(dir)
	if err != nil {
		return err
	}
	r, err := mutants.NewRunner(dir)
	if err != nil {
		return err
	}
	defer r.Close()

	ms = slices.DeleteFunc(ms, func(m *mutants.Mutant) bool { return !re.MatchString(m.Name) })
	if budget > 0 {
		rand.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
	}

	var verdicts []mutants.Verdict
	survived := 0
	start := time.Now()
	for i, m := range ms {
		if budget > 0 && i > 0 && time.Since(start) > budget {
			break
		}
		fmt.Fprintf(os.Stderr, "%d of %d: %s\n", i+1, len(ms), m.Name)
		v := r.Run(ctx, m)
		if ctx.Err() != nil {
			break // and print what there is
		}
		if !v.Killed {
			survived++
		}
		if verbose {
			fmt.Fprintf(w, "=== %s\n%s\n%s\n", m.Name, m.Why, v.Output)
		}
		verdicts = append(verdicts, v)
	}
	slices.SortFunc(verdicts, func(a, b mutants.Verdict) int { return strings.Compare(a.Mutant.Name, b.Mutant.Name) })
	table(w, verdicts)
	if n := len(ms) - len(verdicts); n > 0 {
		fmt.Fprintf(w, "%d of %d were not run\n", n, len(ms))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(verdicts) == 0:
		return fmt.Errorf("no mutant matches %q", pattern)
	case survived > 0:
		return fmt.Errorf("%d of %d not caught", survived, len(verdicts))
	}
	return nil
}

func table(w io.Writer, verdicts []mutants.Verdict) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "mutant\tlayer\tverdict\ttime\tby")
	for _, v := range verdicts {
		verdict := "caught"
		if !v.Killed {
			verdict = "NOT CAUGHT"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f s\t%s\n", v.Mutant.Name, v.Mutant.Layer, verdict, v.Time.Seconds(), strings.ReplaceAll(v.By, "\n", " "))
	}
	t.Flush()
}
