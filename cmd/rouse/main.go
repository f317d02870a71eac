// Command rouse shows what the library rouse does, on real work.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"
)

// commands make the program. One file each.
var commands = []func() *cobra.Command{
	dmaCommand,
	fixCommand,
	benchCommand,
	checkCommand,
	soakCommand,
}

var (
	errReported = errors.New("reported") // by a command that has told its errors already
	errFound    = errors.New("found")    // by one that looks for something, and has told what
)

const (
	exitFailed      = 1
	exitFound       = 3       // as go vet's checkers
	exitInterrupted = 128 + 2 // as a shell counts: killed by SIGINT
)

func main() {
	if vetAsks(os.Args[1:]) {
		vet()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills, whatever we are waiting for
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "rouse",
		Short: "wait and notify for Go: the library at work",
		Long: `The library github.com/rouse-go/rouse at work. Flags may be written with one dash
or with two.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetHelpFunc(showHelp)
	stdout, done := asTyped(args, stdout)
	defer done()
	for _, command := range commands {
		root.AddCommand(command())
	}
	root.SetArgs(twoDashes(args))
	root.SetOut(stdout)
	root.SetErr(stderr)

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if err == errFound {
		return exitFound
	}
	if err != errReported {
		complain(cmd, err)
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	return exitFailed
}

// complain tells an error in one line, as "rouse dma: open x: no such file or directory".
func complain(cmd *cobra.Command, err error) {
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", cmd.CommandPath(), text)
}

// twoDashes lets long flags be written with one dash, as Go's own tools have
// them. No flag of ours is a single letter but -h.
func twoDashes(args []string) []string {
	args = append([]string(nil), args...)
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if len(arg) > 2 && arg[0] == '-' && arg[1] >= 'a' && arg[1] <= 'z' {
			args[i] = "-" + arg
		}
	}
	return args
}
