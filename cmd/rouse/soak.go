package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"text/tabwriter"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/soak"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func soakCommand() *cobra.Command {
	config := soak.Config{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "soak",
		Short: "Run everything at once for a while, and count that nothing is lost",
		Long: `Run every primitive at once for as long as -for says: waits of all kinds that are
cancelled, time out and are closed upon, and wakes from all sides, in rounds of
some hundred operations. At the end of each round the account is made up:

    in = taken + stored + refused

Meanwhile neither goroutines nor memory may grow, and no round may hang. Ctrl-C
ends it and prints the figures so far. The exit code is 1 after a violation; a
hang is reported with the stacks of all goroutines.

-seed repeats the choices of a run. It does not repeat the scheduler's.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if config.For <= 0 || config.Hang <= 0 {
				return fmt.Errorf("a soak needs a time: -for %v, -hang %v", config.For, config.Hang)
			}
			if config.Seed == 0 {
				config.Seed = rand.Uint64N(1e9) + 1
			}
			config.Progress = soakProgress(cmd.ErrOrStderr(), config.For)
			report := soak.Run(cmd.Context(), config)
			if asJSON {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(report); err != nil {
					return err
				}
			} else {
				writeSoak(cmd.OutOrStdout(), report, cmd.Context().Err() != nil)
			}
			if report.Violation != "" {
				fmt.Fprint(cmd.ErrOrStderr(), report.Stacks)
				return fmt.Errorf("%s", report.Violation)
			}
			return cmd.Context().Err()
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&config.For, "for", time.Minute, "how long, as 20m or 3h")
	flags.Uint64Var(&config.Seed, "seed", 0, "the seed of all choices; 0: one at random, which is printed")
	flags.DurationVar(&config.Hang, "hang", time.Minute, "a round that takes longer hangs")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// soakProgress tells each second on a terminal, and elsewhere once a minute, how far it is.
func soakProgress(w io.Writer, all time.Duration) func(elapsed time.Duration, rounds, operations int64) {
	terminal := w == os.Stderr && term.IsTerminal(int(os.Stderr.Fd()))
	var told time.Duration
	return func(elapsed time.Duration, rounds, operations int64) {
		left := max(0, all-elapsed).Round(time.Second)
		switch {
		case terminal:
			fmt.Fprintf(w, "\r%v left: %d rounds, %d operations \x1b[K", left, rounds, operations)
			if left == 0 {
				fmt.Fprint(w, "\r\x1b[K")
			}
		case elapsed-told >= time.Minute:
			told = elapsed
			fmt.Fprintf(w, "%v left: %d rounds, %d operations\n", left, rounds, operations)
		}
	}
}

func writeSoak(w io.Writer, r *soak.Report, interrupted bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "station\trounds\tin\ttaken\tstored\trefused\tcancelled\ttimed out\tclosed\treplaced\t")
	for _, s := range r.Stations {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			s.Name, s.Rounds, s.In, s.Taken, s.Stored, s.Refused, s.Cancelled, s.TimedOut, s.Closed, s.Replaced)
	}
	t.Flush()
	for _, why := range r.Skipped {
		fmt.Fprintln(w, "skipped:", why)
	}
	fmt.Fprintf(w, "\nseed %d, %v\n", r.Seed, r.Elapsed.Round(time.Millisecond))
	fmt.Fprintf(w, "goroutines between rounds: %d at first, %d at most, %d in the end\n", r.Goroutines.First, r.Goroutines.Most, r.Goroutines.Last)
	fmt.Fprintf(w, "memory between rounds: %d KiB at first, %d at most, %d in the end\n", r.Heap.First>>10, r.Heap.Most>>10, r.Heap.Last>>10)
	switch {
	case r.Violation != "":
		fmt.Fprintln(w, "VIOLATION:", r.Violation)
	case interrupted:
		fmt.Fprintln(w, "interrupted; until then nothing was lost, nothing doubled")
	default:
		fmt.Fprintln(w, "nothing was lost, nothing doubled")
	}
}
