package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/check"
	"github.com/rouse-go/rouse/cmd/internal/mutants"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func checkCommand() *cobra.Command {
	var mutant, svg string
	var list bool
	names := strings.Join(slices.Sorted(maps.Keys(check.Packages)), ", ")
	cmd := &cobra.Command{
		Use:   "check [STRUCTURE|PACKAGE [OPERATION...]]",
		Short: "Run the library's source under every interleaving of small programs",
		Long: `Run the explorer's scenarios: small programs of a few goroutines, of which every
interleaving is visited that can make a difference. A STRUCTURE is one of
` + names + ` (all of them if none is named), or a package of
your own whose tests use rapidtests/explore. Named operations choose those scenarios
whose names have all of them: "rouse check cell wake cancel".

-mutant breaks the source in one of the ways kept in rapidtests/mutants, without
touching a file, and shows the first interleaving in which that does harm: as a
table of steps, and drawn as SVG. -list names the scenarios and the mutants.

What is explored is the source itself, so it must be there, and Go too: run this
in the repository, or in a module that requires the library (mutants need the
repository).`,
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := check.Find(cmd.Context())
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			switch {
			case mutant != "":
				return checkMutant(cmd, source, mutant, svg)
			case list:
				return listChecks(cmd, source, args)
			}
			structures := slices.Sorted(maps.Keys(check.Packages))
			var ask []string
			if len(args) > 0 {
				structures, ask = args[:1], args[1:]
			}
			w := &watcher{out: out, err: cmd.ErrOrStderr()}
			start := time.Now()
			for _, s := range structures {
				w.structure = s
				if err := source.Run(cmd.Context(), check.Config{Package: s, Ask: ask, Tell: w.tell}); err != nil {
					w.clear()
					if cmd.Context().Err() != nil {
						break
					}
					return err
				}
				if w.failure != nil {
					break
				}
			}
			w.clear()
			if w.failure != nil {
				return w.fail(svg)
			}
			if w.scenarios == 0 && cmd.Context().Err() == nil {
				return fmt.Errorf("no scenario has all of these in its name: %s", strings.Join(args, " "))
			}
			fmt.Fprintf(out, "%d scenarios, %d executions, %d steps in %v: ", w.scenarios, w.executions, w.steps, time.Since(start).Round(time.Millisecond))
			if err := cmd.Context().Err(); err != nil {
				fmt.Fprintln(out, "interrupted")
				return err
			}
			fmt.Fprintln(out, "every interleaving visited, no failure")
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&mutant, "mutant", "", "break the source so, and show what comes of it")
	flags.StringVar(&svg, "svg", "", "where to draw a failing interleaving; default: NAME.svg for a mutant, else nowhere")
	flags.BoolVar(&list, "list", false, "name the scenarios and the mutants")
	return cmd
}

// A watcher writes a line for each scenario, and shows the one at work on a terminal.
type watcher struct {
	out, err  io.Writer
	structure string
	quiet     bool

	scenarios, executions, steps int
	failure                      *check.Event
}

func (w *watcher) tell(e check.Event) {
	r := e.Result
	line := fmt.Sprintf("%-10s  %-64s %9d executions, %2d threads, up to %3d steps, %v",
		w.structure, strings.TrimPrefix(e.Test, "TestEvery"), r.Executions, r.Threads, r.Longest, r.Time.Round(time.Millisecond/10))
	if !e.Done {
		if w.onTerminal() {
			fmt.Fprintf(w.err, "\r%s\x1b[K", line)
		}
		return
	}
	w.clear()
	w.scenarios++
	w.executions += r.Executions
	w.steps += r.Steps
	if r.Failure != nil && w.failure == nil {
		w.failure = &e
	}
	if !w.quiet {
		fmt.Fprintln(w.out, line)
	}
}

func (w *watcher) onTerminal() bool {
	return w.err == os.Stderr && term.IsTerminal(int(os.Stderr.Fd()))
}

func (w *watcher) clear() {
	if w.onTerminal() {
		fmt.Fprint(w.err, "\r\x1b[K")
	}
}

// fail prints the failing execution, draws it, and returns the error.
func (w *watcher) fail(svg string) error {
	if err := w.show(w.failure.Test, svg); err != nil {
		return err
	}
	return fmt.Errorf("%s: %s", w.failure.Test, w.failure.Result.Failure.Kind)
}

func (w *watcher) show(title, svg string) error {
	f := w.failure.Result.Failure
	fmt.Fprintf(w.out, "\n%s, after %d executions:\n%s: %s\n\n%s\n", w.failure.Test, w.failure.Result.Executions, f.Kind, f.What, f.Table)
	if svg == "" {
		return nil
	}
	file, err := os.Create(svg)
	if err != nil {
		return err
	}
	if err := check.Draw(file, title, f); err != nil {
		file.Close()
		return err
	}
	fmt.Fprintf(w.out, "drawn in %s\n", svg)
	return file.Close()
}

func checkMutant(cmd *cobra.Command, source *check.Source, name, svg string) error {
	ms, err := mutants.Load(source.Dir)
	if err != nil {
		return err
	}
	m, err := mutants.Find(ms, name)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s, in %s:\n%s\n\n%s%s\n", m.Name, m.File, m.Why, prefixed("- ", m.Old), prefixed("+ ", m.New))
	if m.Tags != "explore" {
		return fmt.Errorf("no interleaving shows it: what catches it is the layer %q; go run ./cmd/mutants -run %s", m.Layer, m.Name)
	}
	if svg == "" {
		svg = m.Name + ".svg"
	}
	w := &watcher{out: out, err: cmd.ErrOrStderr(), structure: m.Package, quiet: true}
	err = source.Run(cmd.Context(), check.Config{Package: packageOf(m), Mutant: m, Tell: w.tell})
	w.clear()
	switch {
	case err != nil:
		return err
	case w.failure == nil:
		return fmt.Errorf("%s: not caught in %d executions of %d scenarios", m.Name, w.executions, w.scenarios)
	}
	return w.show(m.Name, svg)
}

// packageOf returns the structure whose tests catch m.
func packageOf(m *mutants.Mutant) string {
	for name, path := range check.Packages {
		if path == m.Package {
			return name
		}
	}
	return m.Package
}

func prefixed(with, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(with + line)
	}
	return b.String()
}

func listChecks(cmd *cobra.Command, source *check.Source, args []string) error {
	out := cmd.OutOrStdout()
	structures := slices.Sorted(maps.Keys(check.Packages))
	if len(args) > 0 {
		structures = args[:1]
	}
	for _, s := range structures {
		tell := func(e check.Event) { fmt.Fprintf(out, "%-10s  %s\n", s, strings.TrimPrefix(e.Test, "TestEvery")) }
		if err := source.Run(cmd.Context(), check.Config{Package: s, Ask: args[min(1, len(args)):], List: true, Tell: tell}); err != nil {
			return err
		}
	}
	ms, err := mutants.Load(source.Dir)
	if err != nil {
		return nil // a module that requires the library has none
	}
	for _, m := range ms {
		fmt.Fprintf(out, "%-10s  %-36s %-20s %s\n", "mutant", m.Name, m.Layer, m.Why)
	}
	return nil
}
