package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// oneOf completes a flag's value by a fixed list.
func oneOf(values ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// directories completes arguments by directories, which is what Go's packages are.
func directories(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// asTyped is where completions go: to someone who has typed one dash, flags are offered with one. done
// writes them to w.
func asTyped(args []string, w io.Writer) (out io.Writer, done func()) {
	if len(args) < 2 || args[0] != cobra.ShellCompRequestCmd && args[0] != cobra.ShellCompNoDescRequestCmd {
		return w, func() {}
	}
	if last := args[len(args)-1]; !strings.HasPrefix(last, "-") || strings.HasPrefix(last, "--") {
		return w, func() {}
	}
	var offers bytes.Buffer
	return &offers, func() {
		text := strings.ReplaceAll("\n"+offers.String(), "\n--", "\n-")
		io.WriteString(w, strings.TrimPrefix(text, "\n"))
	}
}
