package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exitStatus is the annotation with a command's EXIT STATUS section. Without one a command has the
// codes of this program.
const exitStatus = "exit status"

const usualExitStatus = `0    all went well
1    something did not; it is told on standard error
130  interrupted by Ctrl-C`

// showHelp writes a command's help in the order of a manual page.
func showHelp(cmd *cobra.Command, _ []string) {
	var page bytes.Buffer
	section := func(title, text string) {
		if text = strings.Trim(text, "\n"); text != "" {
			fmt.Fprintf(&page, "%s\n%s\n\n", title, indent(text))
		}
	}
	section("NAME", cmd.CommandPath()+" - "+cmd.Short)
	section("SYNOPSIS", synopsis(cmd))
	section("DESCRIPTION", cmd.Long)
	section("COMMANDS", commandList(cmd))
	section("OPTIONS", optionList(cmd))
	section("EXAMPLES", strings.ReplaceAll("\n"+cmd.Example, "\n  ", "\n"))
	if cmd.Runnable() && cmd.Name() != "help" {
		status := cmd.Annotations[exitStatus]
		if status == "" {
			status = usualExitStatus
		}
		section("EXIT STATUS", status)
	}
	if cmd.HasParent() {
		section("SEE ALSO", "rouse help\nhttps://pkg.go.dev/github.com/rouse-go/rouse")
	}
	cmd.OutOrStdout().Write(bytes.TrimRight(page.Bytes(), "\n"))
	io.WriteString(cmd.OutOrStdout(), "\n")
}

func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}

func synopsis(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [ARGUMENT...]"
	}
	line := cmd.UseLine()
	if !strings.Contains(line, "[-") && cmd.HasAvailableLocalFlags() { // the command does not list its own
		line = strings.Replace(strings.Replace(line, " [flags]", "", 1), cmd.CommandPath(), cmd.CommandPath()+" [OPTION...]", 1)
	}
	return strings.TrimSuffix(line, " [flags]")
}

func commandList(cmd *cobra.Command) string {
	var b strings.Builder
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			fmt.Fprintf(&b, "%-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
		}
	}
	if b.Len() > 0 && !cmd.HasParent() {
		b.WriteString("\n`rouse help COMMAND` tells more of one.\n")
	}
	return b.String()
}

// optionList lists the flags with one dash, as Go's own tools do; two work as well.
func optionList(cmd *cobra.Command) string {
	var b strings.Builder
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		fmt.Fprintf(&b, "-%s", f.Name)
		if f.Shorthand != "" {
			fmt.Fprintf(&b, ", -%s", f.Shorthand)
		}
		if kind != "" {
			fmt.Fprintf(&b, " %s", strings.ToUpper(kind))
		}
		fmt.Fprintf(&b, "\n      %s", usage)
		if f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(&b, " (%s if it is not given)", f.DefValue)
		}
		b.WriteString("\n")
	})
	return b.String()
}
