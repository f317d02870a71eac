package check

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// Each check says what its testdata wants, there, and nothing else.
func TestHazards(t *testing.T) {
	for _, c := range []struct {
		pkg   string
		check *analysis.Analyzer
	}{
		{"loop", Loop},
		{"signal", Signal},
		{"lock", Lock},
		{"choose", Select},
		{"after", After},
		{"ignore", Loop},
	} {
		t.Run(c.pkg, func(t *testing.T) { analysistest.Run(t, analysistest.TestData(), c.check, c.pkg) })
	}
}

// A package that can be moved becomes its golden files.
func TestMove(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), Use, "move")
}

// In a package that is moved already, what is seen to mean the same is replaced, and only that.
func TestReplaceAfterFunc(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), After, "ours")
}

// What cannot be moved is not, and the message says why.
func TestNotMoved(t *testing.T) {
	for _, pkg := range []string{"exported", "shared", "clash", "asked", "elsewhere"} {
		t.Run(pkg, func(t *testing.T) {
			for _, r := range analysistest.Run(t, analysistest.TestData(), Use, pkg) {
				for _, d := range r.Diagnostics {
					if len(d.SuggestedFixes) > 0 {
						t.Errorf("%s has a fix: %s", d.Message, d.SuggestedFixes[0].Message)
					}
				}
			}
		})
	}
}

// Analyzers that vet may run must pass its own validation.
func TestAnalyzersAreValid(t *testing.T) {
	if err := analysis.Validate(All); err != nil {
		t.Fatal(err)
	}
}
