package fix

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// WriteText writes the findings as go vet does, a line each, and then what was done.
func (r *Result) WriteText(w io.Writer) error {
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s (%s)\n", relative(f.Pos.Filename), f.Pos.Line, f.Pos.Column, f.Message, f.Check); err != nil {
			return err
		}
	}
	for _, name := range r.Changed {
		if _, err := fmt.Fprintf(w, "rewritten: %s\n", relative(name)); err != nil {
			return err
		}
	}
	for _, note := range r.Notes {
		if _, err := fmt.Fprintf(w, "note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// relative is name as seen from the current directory, if it is below it.
func relative(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return name
	}
	rel, err := filepath.Rel(dir, name)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return name
	}
	return rel
}
