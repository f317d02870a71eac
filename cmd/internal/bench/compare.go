package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"golang.org/x/perf/benchmath"
)

// Compare writes what changed since an older run: the ratios, for the machine's speed may be another
// one; and of the first row of each scenario the value itself, which shows whether it is.
func Compare(w io.Writer, old, new *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\nold: %s, %s, %s\nnew: %s, %s, %s\n", old.Version, old.Date.Format("2006-01-02 15:04"), old.CPU,
		new.Version, new.Date.Format("2006-01-02 15:04"), new.CPU)
	fmt.Fprintf(&b, "Ratios, but for the first row of a scenario. ~: no change beyond chance (Mann-Whitney, p >= %g).\n\n", benchmath.DefaultThresholds.CompareAlpha)
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "scenario\tway\told\tnew\tchange\tp")
	for _, c := range Changes(old, new) {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Scenario, c.Way, number(c.Old)+c.unit, number(c.New)+c.unit, c.Verdict(), c.p())
	}
	tw.Flush()
	_, err := io.WriteString(w, b.String())
	return err
}

// A Change is one row in both runs.
type Change struct {
	Scenario, Way string
	Old, New      float64 // medians
	benchmath.Comparison
	unit string
}

// Changes are the rows that both runs have, in the order of the new one.
func Changes(old, new *Report) (all []Change) {
	type key struct{ scenario, way string }
	was := map[key]*Row{}
	for i := range old.Scenarios {
		s := &old.Scenarios[i]
		for j := range s.Rows {
			was[key{s.Name, s.Rows[j].Way}] = &s.Rows[j]
		}
	}
	for i := range new.Scenarios {
		s := &new.Scenarios[i]
		for j := range s.Rows {
			row := &s.Rows[j]
			before := was[key{s.Name, row.Way}]
			if before == nil {
				continue
			}
			a, b, unit := before.Ratios, row.Ratios, ""
			if j == 0 {
				a, b, unit = before.Values, row.Values, " "+s.Unit
			}
			if len(a) == 0 || len(b) == 0 {
				continue
			}
			c := Change{Scenario: s.Name, Way: row.Way, unit: unit}
			c.Old, _, _ = median(a)
			c.New, _, _ = median(b)
			c.Comparison = benchmath.AssumeNothing.Compare(sample(a), sample(b))
			all = append(all, c)
		}
	}
	return all
}

// Verdict is the change in percent, or ~ if there is none beyond chance.
func (c *Change) Verdict() string { return c.FormatDelta(c.Old, c.New) }

func (c *Change) p() string {
	s := fmt.Sprintf("%.3f", c.P)
	for _, w := range c.Warnings {
		s += " (" + w.Error() + ")"
	}
	return s
}
