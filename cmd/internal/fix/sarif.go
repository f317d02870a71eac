package fix

import (
	"bytes"
	"go/token"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rouse-go/rouse/cmd/internal/fix/check"
)

const sourceRoot = "%SRCROOT%"

// SARIF is the findings as a SARIF 2.1.0 log. Files below the current directory are named
// relative to it, as %SRCROOT%.
func (r *Result) SARIF() *sarif.Report {
	s := sarifWriter{lines: map[string][][]byte{}}
	run := sarif.NewRunWithInformationURI("rouse fix", "https://pkg.go.dev/"+modulePath)
	run.WithColumnKind("utf16CodeUnits")
	rules := map[string]int{}
	for i, a := range check.All {
		rules[a.Name] = i
		title, _, _ := strings.Cut(a.Doc, "\n")
		run.AddRule(a.Name).
			WithShortDescription(sarif.NewMultiformatMessageString().WithText(title)).
			WithFullDescription(sarif.NewMultiformatMessageString().WithText(a.Doc)).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level(a != check.Use)))
	}
	for _, f := range r.Findings {
		result := run.CreateResultForRule(f.Check).WithRuleIndex(rules[f.Check]).
			WithLevel(level(f.Hazard)).
			WithMessage(sarif.NewTextMessage(f.Message)).
			AddLocation(sarif.NewLocationWithPhysicalLocation(s.location(f.Pos, f.End)))
		for _, o := range f.Related {
			result.AddRelatedLocation(sarif.NewLocationWithPhysicalLocation(s.location(o.Pos, o.Pos)).WithMessage(sarif.NewTextMessage(o.Message)))
		}
		if f.Fix != nil {
			result.AddFixe(s.fix(f.Fix))
		}
	}
	report := sarif.NewReport()
	report.AddRun(run)
	return report
}

// WriteSARIF writes that log.
func (r *Result) WriteSARIF(w io.Writer) error { return r.SARIF().PrettyWrite(w) }

func level(hazard bool) string {
	if hazard {
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

// sarifWriter knows the lines of the files: SARIF counts columns in UTF-16 units, Go in bytes.
type sarifWriter struct{ lines map[string][][]byte }

func (s sarifWriter) location(pos, end token.Position) *sarif.PhysicalLocation {
	return sarif.NewPhysicalLocation().WithArtifactLocation(artifact(pos.Filename)).WithRegion(s.region(pos, end))
}

func (s sarifWriter) region(pos, end token.Position) *sarif.Region {
	return sarif.NewRegion().
		WithStartLine(pos.Line).WithStartColumn(s.column(pos)).
		WithEndLine(end.Line).WithEndColumn(s.column(end))
}

func (s sarifWriter) fix(f *Fix) *sarif.Fix {
	byFile := map[string]*sarif.ArtifactChange{}
	out := sarif.NewFix().WithDescription(sarif.NewTextMessage(f.Message))
	for _, e := range f.Edits {
		change := byFile[e.Pos.Filename]
		if change == nil {
			change = sarif.NewArtifactChange().WithArtifactLocation(artifact(e.Pos.Filename))
			byFile[e.Pos.Filename] = change
			out.AddArtifactChange(change)
		}
		change.AddReplacement(sarif.NewReplacement().
			WithDeletedRegion(s.region(e.Pos, e.End)).
			WithInsertedContent(sarif.NewArtifactContent().WithText(e.New)))
	}
	return out
}

func (s sarifWriter) column(p token.Position) int {
	lines, ok := s.lines[p.Filename]
	if !ok {
		src, _ := os.ReadFile(p.Filename)
		lines = bytes.SplitAfter(src, []byte("\n"))
		s.lines[p.Filename] = lines
	}
	if p.Line < 1 || p.Line > len(lines) || p.Column-1 > len(lines[p.Line-1]) {
		return p.Column
	}
	units := 0
	for b := lines[p.Line-1][:p.Column-1]; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		units += max(utf16.RuneLen(r), 1)
		b = b[n:]
	}
	return units + 1
}

func artifact(name string) *sarif.ArtifactLocation {
	if rel := relative(name); !filepath.IsAbs(rel) {
		return sarif.NewArtifactLocation().WithURI((&url.URL{Path: filepath.ToSlash(rel)}).String()).WithURIBaseID(sourceRoot)
	}
	return sarif.NewArtifactLocation().WithURI((&url.URL{Scheme: "file", Path: filepath.ToSlash(name)}).String())
}
