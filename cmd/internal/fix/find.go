package fix

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"

	"github.com/rouse-go/rouse/cmd/internal/fix/check"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// unit is a package and what was found in it.
type unit struct {
	pkg        *packages.Package
	plan       *check.Plan
	found      []finding
	carriedOut bool // the plan
}

type finding struct {
	Finding
	resolved bool // by the plan
}

// find runs the checks.
func find(l *loaded) ([]*unit, error) {
	graph, err := checker.Analyze(append(slices.Clone(check.All), check.Planner), l.check, nil)
	if err != nil {
		return nil, err
	}
	byPackage := map[*packages.Package]*unit{}
	var units []*unit
	for _, p := range l.check {
		byPackage[p] = &unit{pkg: p}
		units = append(units, byPackage[p])
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			return nil, fmt.Errorf("%s of %s: %w", act.Analyzer.Name, act.Package.PkgPath, act.Err)
		}
		if act.Analyzer == check.Planner {
			byPackage[act.Package].plan = act.Result.(*check.Plan)
		}
	}
	for _, act := range graph.Roots {
		u := byPackage[act.Package]
		for _, d := range act.Diagnostics {
			u.found = append(u.found, finding{newFinding(u.pkg, d), u.plan.Resolves(d)})
		}
	}
	return units, nil
}

func newFinding(p *packages.Package, d analysis.Diagnostic) Finding {
	f := Finding{
		Package: p.PkgPath,
		Check:   d.Category,
		Hazard:  d.Category != check.Use.Name,
		Message: d.Message,
		Pos:     p.Fset.Position(d.Pos),
		End:     p.Fset.Position(d.End),
	}
	for _, r := range d.Related {
		f.Related = append(f.Related, Related{p.Fset.Position(r.Pos), r.Message})
	}
	if len(d.SuggestedFixes) > 0 {
		s := d.SuggestedFixes[0]
		f.Fix = &Fix{Message: s.Message}
		for _, e := range s.TextEdits {
			f.Fix.Edits = append(f.Fix.Edits, newEdit(p.Fset, e))
		}
	}
	return f
}

func newEdit(fset *token.FileSet, e analysis.TextEdit) Edit {
	end := e.End
	if !end.IsValid() {
		end = e.Pos
	}
	return Edit{fset.PositionFor(e.Pos, false), fset.PositionFor(end, false), string(e.NewText)}
}

func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.Filename, b.Pos.Filename), cmp.Compare(a.Pos.Offset, b.Pos.Offset), cmp.Compare(a.Check, b.Check))
	})
}
