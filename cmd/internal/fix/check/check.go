// Package check finds condition variables in Go packages, sync.Cond's and
// waitqueue.Cond's, and what loses or wastes wakeups around them.
//
// Reading order: conds.go (the calls, and which variable each is made on), then one
// file a check: loop.go, signal.go, lock.go and flow.go, choose.go, after.go; then
// use.go, plan.go, obstacle.go, replace.go and ends.go, which move a package to waitqueue.Cond.
//
// A check speaks where it can name the lost or wasted wakeup. Where the code does not say
// enough (a condition in another package, a lock taken by a caller that is not here), it
// is silent.
package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Hazards are the checks that find something wrong: those of `go vet -vettool`.
var Hazards = []*analysis.Analyzer{Loop, Signal, Lock, Select, After}

// All are the hazards, and Use.
var All = append(slices.Clip(Hazards), Use)

// waitqueuePath is where Cond is.
const waitqueuePath = "github.com/rouse-go/rouse/waitqueue"

// report reports d, but not in generated and vendored files, which nobody here
// can change, nor where a comment says to ignore it.
func report(pass *analysis.Pass, d analysis.Diagnostic) {
	for _, f := range pass.Files {
		if f.FileStart <= d.Pos && d.Pos < f.FileEnd {
			if !foreign(pass.Fset, f) && !ignored(pass, f, d.Pos) {
				d.Category = pass.Analyzer.Name
				pass.Report(d)
			}
			return
		}
	}
}

// foreign says whether f is generated or vendored.
func foreign(fset *token.FileSet, f *ast.File) bool {
	name := fset.PositionFor(f.Package, false).Filename
	return ast.IsGenerated(f) || strings.Contains(strings.ReplaceAll(name, `\`, "/"), "/vendor/")
}

// ignored says whether a comment on the line of pos, or on the line before it, speaks of
// this check in one of the two common forms:
//
//	//lint:ignore condloop,condlock the reason
//	//nolint:condloop
func ignored(pass *analysis.Pass, f *ast.File, pos token.Pos) bool {
	line := pass.Fset.PositionFor(pos, false).Line
	for _, group := range f.Comments {
		for _, c := range group.List {
			at := pass.Fset.PositionFor(c.Pos(), false).Line
			if at != line && at != line-1 {
				continue
			}
			var names string
			if rest, ok := strings.CutPrefix(c.Text, "//lint:ignore "); ok {
				var reason string
				if names, reason, _ = strings.Cut(strings.TrimSpace(rest), " "); strings.TrimSpace(reason) == "" {
					continue // staticcheck, whose form it is, wants a reason too
				}
			} else if rest, ok := strings.CutPrefix(c.Text, "//nolint:"); ok && at == line {
				names, _, _ = strings.Cut(rest, " ")
			}
			if slices.Contains(strings.Split(names, ","), pass.Analyzer.Name) {
				return true
			}
		}
	}
	return false
}

// at is a diagnostic for n.
func at(n ast.Node, format string, args ...any) analysis.Diagnostic {
	return analysis.Diagnostic{Pos: n.Pos(), End: n.End(), Message: fmt.Sprintf(format, args...)}
}
