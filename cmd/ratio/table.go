package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/perf/benchfmt"
)

// A table collects the rounds of every benchmark, in the order in which they first came.
type table struct {
	againstOld bool
	rows       []*row
	base       map[string]float64 // of this round: what others are compared with
	cpu        string
}

type row struct {
	scenario, impl   string
	ns, ratio, alloc []float64
}

// begin begins a round.
func (t *table) begin() { t.base = map[string]float64{} }

// add reads the output of one binary.
func (t *table) add(r io.Reader) error {
	reader := benchfmt.NewReader(r, "round")
	for reader.Scan() {
		res, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		t.cpu = res.GetConfig("cpu")
		scenario, impl := split(string(res.Name.Full()))
		sec, _ := res.Value("sec/op")
		alloc, _ := res.Value("allocs/op")
		key := scenario
		if t.againstOld {
			key += "\x00" + impl
		}
		base, seen := t.base[key]
		if !seen {
			base = sec
			t.base[key] = sec
			if t.againstOld {
				continue // the old binary runs first
			}
		}
		row := t.row(scenario, impl)
		row.ns = append(row.ns, sec*1e9)
		row.ratio = append(row.ratio, sec/base)
		row.alloc = append(row.alloc, alloc)
	}
	return reader.Err()
}

func (t *table) row(scenario, impl string) *row {
	for _, r := range t.rows {
		if r.scenario == scenario && r.impl == impl {
			return r
		}
	}
	r := &row{scenario: scenario, impl: impl}
	t.rows = append(t.rows, r)
	return r
}

// split takes "RoundTrip/n=3/impl=cell-2" apart: "RoundTrip/n=3" and "cell".
func split(name string) (scenario, impl string) {
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		name = name[:i]
	}
	parts := strings.Split(name, "/")
	kept := parts[:0]
	for _, p := range parts {
		if v, ok := strings.CutPrefix(p, "impl="); ok {
			impl = v
		} else {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "/"), impl
}

// print writes the table as Markdown.
func (t *table) print(w io.Writer) error {
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(tw, "| scenario\t| impl\t| median\t| ratio\t| middle half\t| allocs/op\t|")
	fmt.Fprintln(tw, "|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, r := range t.rows {
		fmt.Fprintf(tw, "| %s\t| %s\t| %.1f ns\t| %.2f\t| %.2f-%.2f\t| %.0f\t|\n", r.scenario, r.impl,
			quantile(r.ns, .5), quantile(r.ratio, .5), quantile(r.ratio, .25), quantile(r.ratio, .75), quantile(r.alloc, .5))
	}
	return tw.Flush()
}

func quantile(xs []float64, q float64) float64 {
	xs = slices.Sorted(slices.Values(xs))
	i := q * float64(len(xs)-1)
	lo := int(i)
	hi := min(lo+1, len(xs)-1)
	return xs[lo] + (xs[hi]-xs[lo])*(i-float64(lo))
}
