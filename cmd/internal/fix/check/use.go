package check

import (
	"golang.org/x/tools/go/analysis"
)

// Use finds sync.Cond itself. It is no hazard.
var Use = &analysis.Analyzer{
	Name: "conduse",
	Doc: `find sync.Cond, and move packages to waitqueue.Cond

waitqueue.Cond is sync.Cond with waits that end with a context or after a time, a place in a
select, and a close. The suggested fix moves the whole package, types, constructors and
imports, and AfterFunc + Broadcast (condafter) where that is seen to mean the same.

A package is not moved if its exported API has a sync.Cond, if it shares one with a package
of another module, or asks for the type at run time: the message says so.`,
	Requires: []*analysis.Analyzer{Planner},
	Run:      runUse,
}

func runUse(pass *analysis.Pass) (any, error) {
	p := pass.ResultOf[Planner].(*Plan)
	var fixes []analysis.SuggestedFix
	if p.Moved > 0 {
		fixes = []analysis.SuggestedFix{{Message: p.String(), TextEdits: p.Edits}}
	}
	for _, m := range p.mentions {
		message := "%s, which waitqueue.Cond could replace"
		if p.why != "" {
			message = "%s, which is not replaced: " + p.why
		}
		d := at(m.node, message, "sync."+m.name)
		d.SuggestedFixes, fixes = fixes, nil // one fix for the package: it is on the first
		report(pass, d)
	}
	return nil, nil
}
