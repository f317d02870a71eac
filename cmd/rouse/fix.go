package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rouse-go/rouse/cmd/internal/fix"
	"github.com/rouse-go/rouse/cmd/internal/fix/check"
	"github.com/spf13/cobra"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func fixCommand() *cobra.Command {
	var config fix.Config
	var asJSON, asSARIF bool
	cmd := &cobra.Command{
		Use:   "fix [-fix] [-json | -sarif] [PACKAGE...]",
		Short: "find lost-wakeup hazards around sync.Cond, and move code to waitqueue.Cond",
		Long: `Report how Go packages (the one in the current directory if none is named) use
condition variables, sync.Cond and waitqueue.Cond, and what loses or wastes
wakeups there:

` + checkList() + `
A comment on the line, or alone on the line before it, turns a check off there:

  //lint:ignore condloop the reason
  c.Wait() //nolint:condloop

Generated and vendored files are not reported and not changed. Test files are
like others.

-fix moves packages to waitqueue.Cond: types, constructors and imports, and
AfterFunc + Broadcast to WaitContext or WaitTimeout where that is seen to mean
the same. A package is moved as a whole or, with the reason told, not at all; none
is after which something in its module would not compile: packages that hand such
a Cond to each other move together. go.mod is not changed: the output says what it
needs.

The same checks, without conduse, run under go vet:

  go vet -vettool=$(which rouse) ./...`,
		Example: `  rouse fix ./...
  rouse fix -fix ./...
  rouse fix -sarif ./... > rouse.sarif
  go vet -vettool=$(which rouse) ./...`,
		Annotations: map[string]string{exitStatus: `0    no hazard (a sync.Cond alone is none), or -json or -sarif
1    a package does not load, or something else failed; it is told on standard error
3    a hazard was found, or with -fix one remains
130  interrupted by Ctrl-C`},
		ValidArgsFunction: directories,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if asJSON && asSARIF {
				return errors.New("-json and -sarif exclude each other")
			}
			return fixPackages(cmd, config, patterns, asJSON, asSARIF)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&config.Fix, "fix", false, "rewrite files")
	flags.BoolVar(&config.Tests, "test", true, "look at test files too")
	flags.StringVar(&config.Tags, "tags", "", "build `tags`, with commas between them")
	flags.BoolVar(&asJSON, "json", false, "print the findings as go vet -json does")
	flags.BoolVar(&asSARIF, "sarif", false, "print the findings as a SARIF 2.1.0 log")
	return cmd
}

// checkList names the checks, a line each.
func checkList() string {
	var b strings.Builder
	for _, a := range check.All {
		title, _, _ := strings.Cut(a.Doc, "\n")
		fmt.Fprintf(&b, "  %-11s %s\n", a.Name, title)
	}
	return b.String()
}

func fixPackages(cmd *cobra.Command, config fix.Config, patterns []string, asJSON, asSARIF bool) error {
	r, err := fix.Run(cmd.Context(), config, patterns)
	if err != nil {
		return err
	}
	write := r.WriteText
	switch {
	case asJSON:
		write = r.WriteJSON
	case asSARIF:
		write = r.WriteSARIF
	}
	if err := write(cmd.OutOrStdout()); err != nil {
		return err
	}
	if asJSON || asSARIF {
		for _, line := range r.Notes {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: note: %s\n", cmd.CommandPath(), line)
		}
	}
	for _, line := range r.Failed {
		complain(cmd, errors.New(line))
	}
	switch {
	case len(r.Failed) > 0:
		return errReported
	case r.Hazards() > 0 && !asJSON && !asSARIF:
		return errFound
	}
	return nil
}

// vetAsks says whether go vet runs us, by its protocol: see unitchecker.
func vetAsks(args []string) bool {
	return len(args) > 0 && (args[0] == "-flags" || args[0] == "-V=full" || strings.HasSuffix(args[len(args)-1], ".cfg"))
}

// vet does what go vet asks, and exits.
func vet() { unitchecker.Main(slices.Clone(check.Hazards)...) }
