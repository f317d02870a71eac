package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/rouse-go/rouse/cmd/internal/dma"
	"github.com/spf13/cobra"
)

func dmaCommand() *cobra.Command {
	block := byteSize(256 << 10)
	var asJSON bool
	atOnce := 1
	config := dma.Config{Progress: progressOn}

	cmd := &cobra.Command{
		Use:   "dma [FILE...]",
		Short: "read files by io_uring, one awaiting goroutine a read",
		Long: `Read files (README.md if none is named) with many reads in flight. Each read is
awaited by a goroutine of its own, which its completion wakes through a
waitcell.Cell. io_uring reads past the page cache where the file system allows;
where io_uring is refused, threads stand in.

What is printed: bytes, throughput (the SHA-256 is computed on the way), how
long it took from a completion being seen to its goroutine running, how many
completions and wakes there were, and the SHA-256, which is compared with that
of an ordinary read. A file's size is what it was when it was opened.

A file that cannot be read keeps no other from being read. The reports are in the
order of the files, whichever is read first.`,
		Example: `  rouse dma README.md
  rouse dma -engine list
  rouse dma -engine threads -block 64K -depth 8 README.md
  rouse dma -direct on -json README.md
  rouse dma -files 4 *.md`,
		Annotations: map[string]string{exitStatus: `0    every file was read, and its SHA-256 is an ordinary read's
1    a file was not, or the command line is wrong; it is told on standard error
130  interrupted by Ctrl-C; the files read until then have been reported`},
		RunE: func(cmd *cobra.Command, files []string) error {
			if config.Engine == "list" || config.Engine == "help" {
				return listEngines(cmd.OutOrStdout(), asJSON)
			}
			config.Block = int(block)
			if len(files) == 0 {
				files = []string{"README.md"}
			}
			return readFiles(cmd, config, files, atOnce, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&config.Engine, "engine", "auto", "what reads: "+strings.Join(dma.Engines, ", ")+"; list tells of each whether it is to be had here")
	flags.StringVar(&config.Direct, "direct", "auto", "read past the page cache (O_DIRECT): "+strings.Join(dma.Directs, ", "))
	flags.Var(&block, "block", "bytes a read asks for, as 4096, 64K or 1M")
	flags.IntVar(&config.Depth, "depth", 32, "reads of a file in flight, and goroutines awaiting them")
	flags.IntVar(&atOnce, "files", 1, "files read at the same time, each with an engine and a depth of its own")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object a line, for each file")
	cmd.RegisterFlagCompletionFunc("engine", oneOf(append(slices.Clone(dma.Engines), "list")...))
	cmd.RegisterFlagCompletionFunc("direct", oneOf(dma.Directs...))
	cmd.RegisterFlagCompletionFunc("block", oneOf("4K", "64K", "256K", "1M"))
	return cmd
}

// listEngines tells which engines there are, and which can be had here.
func listEngines(w io.Writer, asJSON bool) error {
	for _, e := range dma.ListEngines() {
		if asJSON {
			if err := json.NewEncoder(w).Encode(e); err != nil {
				return err
			}
			continue
		}
		here := "here"
		if !e.Here {
			here = "not here: " + e.Reason
		}
		if _, err := fmt.Fprintf(w, "%-8s %s (%s)\n", e.Name, e.About, here); err != nil {
			return err
		}
	}
	return nil
}

// readFiles reads every file, some at the same time, and tells of them in their order. One that cannot be read
// does not keep the others from being read; an interruption does.
func readFiles(cmd *cobra.Command, config dma.Config, files []string, atOnce int, asJSON bool) (err error) {
	if atOnce < 1 || atOnce > maxAtOnce {
		return fmt.Errorf("%d files at the same time are not in 1..%d", atOnce, maxAtOnce)
	}
	if atOnce = min(atOnce, len(files)); atOnce > 1 {
		config.Progress = nil // one line has room for one bar
	}
	readers := make(chan *dma.Reader, atOnce)
	for range atOnce {
		reader, err := dma.New(config)
		if err != nil {
			return errors.Join(err, closeAll(readers))
		}
		readers <- reader
	}

	type outcome struct {
		report *dma.Report
		err    error
	}
	outcomes := make([]chan outcome, len(files))
	for i := range outcomes {
		outcomes[i] = make(chan outcome, 1)
	}
	var running sync.WaitGroup
	ctx, stop := context.WithCancelCause(cmd.Context())
	running.Go(func() {
		for i, file := range files {
			reader := <-readers
			running.Go(func() {
				report, err := reader.Read(ctx, file)
				readers <- reader
				outcomes[i] <- outcome{report, err}
			})
		}
	})
	defer func() {
		stop(err)
		running.Wait()
		err = errors.Join(err, closeAll(readers))
		if errors.Is(err, errReported) {
			err = errReported
		}
	}()

	for i, file := range files {
		o := <-outcomes[i]
		if o.err != nil {
			complain(cmd, o.err)
			err = errReported
			if cmd.Context().Err() != nil {
				return err
			}
			continue
		}
		if failed := writeReport(cmd.OutOrStdout(), o.report, asJSON, i > 0); failed != nil {
			return fmt.Errorf("%s: %w", file, failed)
		}
	}
	return err
}

// maxAtOnce bounds the buffers: each engine has its own.
const maxAtOnce = 64

// closeAll ends the readers that nobody uses, which are all that there are.
func closeAll(readers chan *dma.Reader) (err error) {
	for len(readers) > 0 {
		err = errors.Join(err, (<-readers).Close())
	}
	return err
}

func writeReport(w io.Writer, r *dma.Report, asJSON, another bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	if another {
		fmt.Fprintln(w)
	}
	return r.WriteText(w)
}
