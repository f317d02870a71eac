// Package fix is what `rouse fix` does: it loads packages, runs the checks of package check,
// tells what they found, and carries out their plans.
//
// Reading order: load.go, find.go, apply.go (edits to new files), compile.go (do the new files
// still compile?), then the outputs: text.go, json.go, sarif.go.
package fix

import (
	"context"
	"go/token"
)

// Config says what to look at, and what to do about it.
type Config struct {
	Dir   string // the patterns are of this directory; empty: the current one
	Tests bool   // look at test files too
	Tags  string // build tags, with commas
	Fix   bool   // rewrite files
}

// Result is what Run found and did.
type Result struct {
	Findings []Finding // what remains, in the order of files and lines
	Resolved int       // findings that the rewriting ended
	Changed  []string  // files rewritten
	Notes    []string  // what else there is to say, a line each
	Failed   []string  // packages that could not be checked, and why
}

// Finding is one thing found.
type Finding struct {
	Package string
	Check   string
	Hazard  bool // or else only a use of sync.Cond
	Message string
	Pos     token.Position
	End     token.Position
	Related []Related
	Fix     *Fix // what -fix would do about it, and about others in the package
}

// Related is another place that a finding speaks of.
type Related struct {
	Pos     token.Position
	Message string
}

// Fix is a set of edits that belong together.
type Fix struct {
	Message string
	Edits   []Edit
}

// Edit replaces what stands between two positions of a file.
type Edit struct {
	Pos, End token.Position
	New      string
}

// Hazards is how many of the findings are hazards.
func (r *Result) Hazards() int {
	n := 0
	for _, f := range r.Findings {
		if f.Hazard {
			n++
		}
	}
	return n
}

// Run checks the packages that the patterns name, and rewrites them if it is asked to.
func Run(ctx context.Context, config Config, patterns []string) (*Result, error) {
	l, err := load(ctx, config, patterns)
	if err != nil {
		return nil, err
	}
	r := &Result{Failed: l.failed}
	units, err := find(l)
	if err != nil {
		return nil, err
	}
	if config.Fix {
		if err := rewrite(l, units, r); err != nil {
			return nil, err
		}
	}
	for _, u := range units {
		for _, d := range u.found {
			if u.carriedOut && d.resolved {
				r.Resolved++
				continue
			}
			r.Findings = append(r.Findings, d.Finding)
		}
	}
	sortFindings(r.Findings)
	return r, nil
}
