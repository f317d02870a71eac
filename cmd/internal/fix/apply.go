package fix

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/ast/astutil"
)

// modulePath is the module that moved packages need.
const modulePath = "github.com/rouse-go/rouse"

// rewrite carries out the plans, but those after which something would not compile.
func rewrite(l *loaded, units []*unit, r *Result) error {
	files := map[*unit]map[string][]byte{}
	for _, u := range units {
		if len(u.plan.Edits) == 0 {
			continue
		}
		changed, err := u.rewritten()
		if err != nil {
			return err
		}
		files[u] = changed
	}
	r.Notes = append(r.Notes, withdraw(l, files)...)
	modules := map[string]bool{}
	for _, u := range units {
		if files[u] == nil {
			continue
		}
		u.carriedOut = true
		for _, name := range slices.Sorted(maps.Keys(files[u])) {
			if err := replaceFile(name, files[u][name]); err != nil {
				return err
			}
			r.Changed = append(r.Changed, name)
		}
		if m := u.pkg.Module; m != nil && m.GoMod != "" && !modules[m.GoMod] {
			modules[m.GoMod] = true
			if !requires(m.GoMod) {
				r.Notes = append(r.Notes, fmt.Sprintf("module %s must require %s now: in %s, run go get %s@latest", m.Path, modulePath, relative(filepath.Dir(m.GoMod)), modulePath))
			}
		}
	}
	return nil
}

// requires says whether a go.mod names our module.
func requires(gomod string) bool {
	data, err := os.ReadFile(gomod)
	if err != nil {
		return false
	}
	f, err := modfile.ParseLax(gomod, data, nil)
	if err != nil {
		return false
	}
	if f.Module != nil && f.Module.Mod.Path == modulePath {
		return true
	}
	return slices.ContainsFunc(f.Require, func(r *modfile.Require) bool { return r.Mod.Path == modulePath })
}

// rewritten is the new content of the unit's files that change.
func (u *unit) rewritten() (map[string][]byte, error) {
	edits := map[string][]Edit{}
	for _, e := range u.plan.Edits {
		edit := newEdit(u.pkg.Fset, e)
		edits[edit.Pos.Filename] = append(edits[edit.Pos.Filename], edit)
	}
	files := map[string][]byte{}
	for name, es := range edits {
		old, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if files[name], err = applyEdits(name, old, es); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// applyEdits applies edits that do not overlap, takes out the imports that nothing needs any more, and
// formats the result.
func applyEdits(name string, old []byte, edits []Edit) ([]byte, error) {
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Pos.Offset, b.Pos.Offset) })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.Pos.Offset < at || e.End.Offset > len(old) {
			return nil, fmt.Errorf("%s: overlapping edits at offset %d: the file may have changed meanwhile", name, e.Pos.Offset)
		}
		out.Write(old[at:e.Pos.Offset])
		out.WriteString(e.New)
		at = e.End.Offset
	}
	out.Write(old[at:])
	return withoutUnused(name, old, out.Bytes())
}

func withoutUnused(name string, old, edited []byte) ([]byte, error) {
	before, err := parser.ParseFile(token.NewFileSet(), name, old, 0) // UsesImport wants objects resolved
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	after, err := parser.ParseFile(fset, name, edited, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("the edited file does not parse: %w", err)
	}
	for _, spec := range slices.Clone(after.Imports) {
		path, _ := strconv.Unquote(spec.Path.Value)
		if path != "C" && astutil.UsesImport(before, path) && !astutil.UsesImport(after, path) {
			name := ""
			if spec.Name != nil {
				name = spec.Name.Name
			}
			astutil.DeleteNamedImport(fset, after, name, path)
		}
	}
	var out bytes.Buffer
	if err := format.Node(&out, fset, after); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// replaceFile writes a file beside the old one and renames it, so that an interruption leaves one or the other.
func replaceFile(name string, content []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".rouse-fix-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(content); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
