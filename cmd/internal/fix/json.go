package fix

import (
	"encoding/json"
	"fmt"
	"go/token"
	"io"
)

// The shape of `go vet -json`: packages, checks, findings.
type (
	jsonTree    map[string]map[string][]jsonFinding
	jsonFinding struct {
		Posn    string        `json:"posn"`
		End     string        `json:"end"`
		Message string        `json:"message"`
		Fixes   []jsonFix     `json:"suggested_fixes,omitempty"`
		Related []jsonRelated `json:"related,omitempty"`
	}
	jsonFix struct {
		Message string     `json:"message"`
		Edits   []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		Filename string `json:"filename"`
		Start    int    `json:"start"`
		End      int    `json:"end"`
		New      string `json:"new"`
	}
	jsonRelated struct {
		Posn    string `json:"posn"`
		Message string `json:"message"`
	}
)

// WriteJSON writes the findings in the shape of `go vet -json`.
func (r *Result) WriteJSON(w io.Writer) error {
	tree := jsonTree{}
	for _, f := range r.Findings {
		j := jsonFinding{Posn: posn(f.Pos), End: posn(f.End), Message: f.Message}
		for _, o := range f.Related {
			j.Related = append(j.Related, jsonRelated{posn(o.Pos), o.Message})
		}
		if f.Fix != nil {
			fix := jsonFix{Message: f.Fix.Message}
			for _, e := range f.Fix.Edits {
				fix.Edits = append(fix.Edits, jsonEdit{e.Pos.Filename, e.Pos.Offset, e.End.Offset, e.New})
			}
			j.Fixes = []jsonFix{fix}
		}
		if tree[f.Package] == nil {
			tree[f.Package] = map[string][]jsonFinding{}
		}
		tree[f.Package][f.Check] = append(tree[f.Package][f.Check], j)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(tree)
}

func posn(p token.Position) string { return fmt.Sprintf("%s:%d:%d", p.Filename, p.Line, p.Column) }
