package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/bench"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// benchFlags are what the user asked for.
type benchFlags struct {
	config                    bench.Config
	run, html, compare        string
	list, quick, asJSON       bool
	timeIsGiven, countIsGiven bool
}

func benchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure every primitive beside what one would use instead",
		Long: `Measure every primitive beside what one would use instead: channels, sync.Cond,
golang.org/x/sync/semaphore, gVisor's sleep, syncevent and futex, the kernel's
futex. All of them run interleaved on this machine: in each round each runs for a
short while, and the ratio to the first of its scenario is taken within the round.
Ours are marked *. A ratio under 1 is less time, or less memory.

A run of everything takes about two minutes, one with -quick some seconds. Ctrl-C
ends it and prints what there is by then.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.timeIsGiven, f.countIsGiven = cmd.Flags().Changed("time"), cmd.Flags().Changed("count")
			return f.do(cmd)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.run, "run", "", "only scenarios, or \"scenario: way\", that match this regular expression")
	flags.BoolVar(&f.list, "list", false, "print what would be measured, and measure nothing")
	flags.DurationVar(&f.config.Time, "time", 0, "time for each way, over all rounds (default: so that all take two minutes)")
	flags.IntVar(&f.config.Count, "count", 10, "interleaved rounds")
	flags.IntSliceVar(&f.config.CPUs, "cpu", nil, "GOMAXPROCS: round trips with each, the rest with the last (default 1,2 and all)")
	flags.BoolVar(&f.quick, "quick", false, "a look that takes seconds: short rounds, four of them, no crowds of thousands")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object, with every round's value, for -compare")
	flags.StringVar(&f.html, "html", "", "write a page with charts to this `file`")
	flags.StringVar(&f.compare, "compare", "", "compare with the JSON in this `file`")
	return cmd
}

func (f *benchFlags) do(cmd *cobra.Command) (err error) {
	scenarios, err := f.selected()
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if f.list {
		return bench.List(out, scenarios)
	}
	var old *bench.Report
	if f.compare != "" { // what can fail, fails before the two minutes
		if old, err = readReport(f.compare); err != nil {
			return err
		}
	}
	var page *os.File
	if f.html != "" {
		if page, err = os.Create(f.html); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, page.Close()) }()
	}

	finish := f.showProgress()
	report := bench.Run(cmd.Context(), f.config, scenarios)
	finish()

	write := report.WriteText
	if f.asJSON {
		write = report.WriteJSON
	}
	if err := write(out); err != nil {
		return err
	}
	if old != nil {
		if f.asJSON { // which stays one object
			out = cmd.ErrOrStderr()
		}
		if err := bench.Compare(out, old, report); err != nil {
			return err
		}
	}
	if page != nil {
		if err := report.WriteHTML(page); err != nil {
			return err
		}
	}
	if report.Interrupted {
		return fmt.Errorf("interrupted: %d of %d rounds are complete", report.Complete(), report.Rounds)
	}
	return report.Failed()
}

// selected checks the flags, and returns what they select.
func (f *benchFlags) selected() (_ []*bench.Scenario, err error) {
	c := &f.config
	if f.quick {
		c.Small = true
		if !f.countIsGiven {
			c.Count = 4
		}
		if !f.timeIsGiven {
			c.Time = 16 * time.Millisecond
		}
	}
	if c.Count < 1 {
		return nil, fmt.Errorf("-count %d: want at least one round", c.Count)
	}
	if c.Time < 0 {
		return nil, fmt.Errorf("-time %v: want a time", c.Time)
	}
	if len(c.CPUs) == 0 {
		c.CPUs = []int{1, 2}
		if n := runtime.NumCPU(); n > 2 {
			c.CPUs = append(c.CPUs, n)
		}
	}
	for _, n := range c.CPUs {
		if n < 1 {
			return nil, fmt.Errorf("-cpu %d: want at least 1", n)
		}
	}
	if f.run != "" {
		if c.Match, err = regexp.Compile(f.run); err != nil {
			return nil, fmt.Errorf("-run: %w", err)
		}
	}
	scenarios := bench.Select(*c)
	if len(scenarios) == 0 {
		return nil, fmt.Errorf("-run %q matches no scenario: see rouse bench -list", f.run)
	}
	return scenarios, nil
}

func readReport(file string) (*bench.Report, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := bench.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s is no output of rouse bench -json: %w", file, err)
	}
	return r, nil
}

// showProgress shows what runs and how much time is left, if stderr is a terminal.
func (f *benchFlags) showProgress() (finish func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	bar := newBar(os.Stderr)
	f.config.Progress = func(done, of int, what string) {
		bar.ChangeMax(of)
		bar.Describe(fmt.Sprintf("%-25s", what))
		bar.Set(done)
	}
	return func() { bar.Finish() }
}

func newBar(w io.Writer) *progressbar.ProgressBar {
	return progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}
