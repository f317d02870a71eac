package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// WriteText writes r for people: ratios first.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, line := range r.lines() {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintf(&b, "Ratios are to the first row, round by round: under 1 is less time, or less memory. Median, and %s.\n", spreadIs(r.Complete()))
	for i := range r.Scenarios {
		if s := &r.Scenarios[i]; s.measured() {
			s.writeText(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// spreadIs says what the range beside a median is.
func spreadIs(rounds int) string {
	if rounds < 6 {
		return "from the lowest to the highest"
	}
	return "the range in which it lies with 95 % confidence"
}

// measured reports whether there is anything to tell.
func (s *Result) measured() bool {
	for _, row := range s.Rows {
		if len(row.Values) > 0 || row.Error != "" {
			return true
		}
	}
	return false
}

func (s *Result) writeText(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s (GOMAXPROCS=%d)\n  %s\n", s.Name, s.CPU, s.What)
	tw := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tw, "ratio\tspread\t%s\t%s\t  way\n", s.Unit, s.third())
	for i := range s.Rows {
		row := &s.Rows[i]
		c := s.cells(row)
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t  %s%s\n", c.Ratio, c.Spread, c.Value, c.Third, mark(row), c.Way)
	}
	tw.Flush()
}

// mark tells ours from the others.
func mark(r *Row) string {
	if r.Ours {
		return "* "
	}
	return "  "
}

// third is the name of the last column.
func (s *Result) third() string {
	switch {
	case s.latency():
		return "p99, ns"
	}
	return "allocs"
}

func (s *Result) latency() bool {
	for _, r := range s.Rows {
		if len(r.Latency) > 0 {
			return true
		}
	}
	return false
}

// cells is a row as it is written, in the table and in the page.
type cells struct{ Ratio, Spread, Value, Third, Way string }

func (s *Result) cells(r *Row) cells {
	c := cells{Way: r.Way, Ratio: "-", Spread: "-", Value: "-", Third: "-"}
	switch {
	case r.Error != "":
		c.Way += ": FAILED: " + r.Error
		return c
	case r.Skip != "":
		c.Way += ": skipped: " + r.Skip
		return c
	case len(r.Values) == 0:
		return c
	}
	if m, lo, hi := median(r.Ratios); !math.IsNaN(m) {
		c.Ratio = number(m)
		c.Spread = number(lo) + "-" + number(hi)
	}
	v, _, _ := median(r.Values)
	c.Value = number(v)
	if s.latency() {
		c.Third = number(float64(r.at(99)))
	} else {
		c.Third = fmt.Sprintf("%.0f", r.Allocs)
	}
	return c
}

// number writes three digits or so, and never an exponent.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "-"
	case a >= 100:
		return grouped(int64(math.Round(v)))
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.01 || a == 0:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
