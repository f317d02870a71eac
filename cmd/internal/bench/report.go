package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// A Report is what a run found. Its JSON is the output of -json, and what -compare reads.
type Report struct {
	Header
	Rounds      int      `json:"rounds"`
	Interrupted bool     `json:"interrupted,omitempty"`
	Scenarios   []Result `json:"scenarios"`
}

// A Result is what was found about one scenario. The first row is what the others are compared with.
type Result struct {
	Name string `json:"name"`
	What string `json:"what"`
	Unit string `json:"unit"`
	CPU  int    `json:"gomaxprocs"`
	Rows []Row  `json:"rows"`

	every int // takes part in each of so many rounds
}

// A Row is one way to do the job.
type Row struct {
	Way     string       `json:"way"`
	Ours    bool         `json:"ours,omitempty"`
	Skip    string       `json:"skip,omitempty"`  // why it did not run
	Error   string       `json:"error,omitempty"` // how it did not do the job
	Values  []float64    `json:"values,omitempty"`
	Ratios  []float64    `json:"ratios,omitempty"` // to the first row's value in the same round
	Allocs  float64      `json:"allocs_per_op"`    // in the last round
	Latency []Percentile `json:"latency_ns,omitempty"`

	n    int // operations a turn
	hist *histogram
}

// A Percentile is a point of a distribution: so many percent took NS or less.
type Percentile struct {
	Percent float64 `json:"percent"`
	NS      int64   `json:"ns"`
}

// at is the first point of the distribution from p on.
func (r *Row) at(p float64) int64 {
	for _, l := range r.Latency {
		if l.Percent >= p {
			return l.NS
		}
	}
	return 0
}

// confidence is that of the range in which a median is told.
const confidence = 0.95

// median is the median with its confidence interval; where there are too few rounds for one, the
// range is from the lowest to the highest.
func median(values []float64) (center, lo, hi float64) {
	if len(values) == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	s := benchmath.AssumeNothing.Summary(sample(values), confidence)
	if math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) {
		return s.Center, slices.Min(values), slices.Max(values)
	}
	return s.Center, s.Lo, s.Hi
}

// sample is a copy: benchmath sorts.
func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// Failed returns the first row that did not do its job, as an error.
func (r *Report) Failed() error {
	for _, s := range r.Scenarios {
		for _, row := range s.Rows {
			if row.Error != "" {
				return fmt.Errorf("%s: %s: %s", s.Name, row.Way, row.Error)
			}
		}
	}
	return nil
}

// Complete is how many rounds there were of what was measured most.
func (r *Report) Complete() (rounds int) {
	for _, s := range r.Scenarios {
		for _, row := range s.Rows {
			rounds = max(rounds, len(row.Values))
		}
	}
	return rounds
}

// WriteJSON writes r for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// Read reads what WriteJSON wrote.
func Read(rd io.Reader) (*Report, error) {
	r := new(Report)
	if err := json.NewDecoder(rd).Decode(r); err != nil {
		return nil, err
	}
	if len(r.Scenarios) == 0 {
		return nil, fmt.Errorf("no scenario in it")
	}
	return r, nil
}
