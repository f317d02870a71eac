package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rouse-go/rouse/cmd/internal/dma"
	"github.com/spf13/cobra"
)

func dmaCommand() *cobra.Command {
	block := byteSize(256 << 10)
	var asJSON bool
	config := dma.Config{Progress: progressOn}

	cmd := &cobra.Command{
		Use:   "dma [FILE...]",
		Short: "Read files by io_uring, one awaiting goroutine a read",
		Long: `Read files (README.md if none is named) with many reads in flight. Each read is
awaited by a goroutine of its own, which its completion wakes through a
waitcell.Cell. io_uring reads past the page cache where the file system allows;
where io_uring is refused, threads stand in.

What is printed: bytes, throughput (the SHA-256 is computed on the way), how
long it took from a completion being seen to its goroutine running, how many
completions and wakes there were, and the SHA-256, which is compared with that
of an ordinary read. A file's size is what it was when it was opened.`,
		RunE: func(cmd *cobra.Command, files []string) error {
			config.Block = int(block)
			if len(files) == 0 {
				files = []string{"README.md"}
			}
			return readFiles(cmd, config, files, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&config.Engine, "engine", "auto", "what reads: "+strings.Join(dma.Engines, ", "))
	flags.StringVar(&config.Direct, "direct", "auto", "read past the page cache (O_DIRECT): "+strings.Join(dma.Directs, ", "))
	flags.Var(&block, "block", "bytes a read asks for, as 4096, 64K or 1M")
	flags.IntVar(&config.Depth, "depth", 32, "reads in flight, and goroutines awaiting them")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object a line, for each file")
	return cmd
}

// readFiles reads every file. One that cannot be read does not keep the others
// from being read; an interruption does.
func readFiles(cmd *cobra.Command, config dma.Config, files []string, asJSON bool) (err error) {
	reader, err := dma.New(config)
	if err != nil {
		return err
	}
	defer reader.Close()

	for i, file := range files {
		report, failed := reader.Read(cmd.Context(), file)
		if failed != nil {
			complain(cmd, failed)
			err = errReported
			if cmd.Context().Err() != nil {
				return err
			}
			continue
		}
		if asJSON {
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(report); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(cmd.OutOrStdout())
		}
		if err := report.WriteText(cmd.OutOrStdout()); err != nil {
			return err
		}
	}
	return err
}
