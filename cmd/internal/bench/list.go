package bench

import (
	"fmt"
	"io"
	"strings"
)

// List writes what would be measured.
func List(w io.Writer, scenarios []*Scenario) error {
	var b strings.Builder
	for _, s := range scenarios {
		fmt.Fprintf(&b, "%s (GOMAXPROCS=%d)\n  %s\n", s.Name, s.CPU, s.What)
		for _, way := range s.Ways {
			fmt.Fprintf(&b, "    %s%s\n", mark(&Row{Ours: way.Ours}), way.Name)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
