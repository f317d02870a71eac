package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// importedAs is the name by which f calls package waitqueue, or will.
func importedAs(f *ast.File) (name string, imported bool) {
	for _, spec := range f.Imports {
		if importPath(spec) != waitqueuePath {
			continue
		}
		if spec.Name == nil {
			return "waitqueue", true
		}
		if spec.Name.Name != "_" && spec.Name.Name != "." {
			return spec.Name.Name, true
		}
	}
	name = "waitqueue"
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "waitqueue" {
			name = "rousequeue" // the name is taken, wherever: a fresh one is never wrong
		}
		return true
	})
	return name, false
}

// addImport is the edits that import package waitqueue as name: into the last group of f's imports
// that are not the standard library's, or else as a group of its own. What nothing needs then, as package
// sync may be, is for whoever carries out the edits to take out.
func addImport(pass *analysis.Pass, f *ast.File, name string, mentions int) []analysis.TextEdit {
	fset := pass.Fset
	text := strconv.Quote(waitqueuePath)
	if name != "waitqueue" {
		text = name + " " + text
	}
	insert := func(at token.Pos, format string) []analysis.TextEdit {
		return []analysis.TextEdit{{Pos: at, End: at, NewText: fmt.Appendf(nil, format, text)}}
	}
	var block, single *ast.GenDecl
	for _, d := range f.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			break
		}
		if d.Lparen.IsValid() && len(d.Specs) > 0 && (block == nil || thirdParty(d) != nil) {
			block = d
		} else if !d.Lparen.IsValid() && importPath(d.Specs[0].(*ast.ImportSpec)) != "C" {
			single = d
		}
	}
	switch {
	case block == nil && single == nil: // only import "C", or sync by an empty block: cannot be
		return insert(f.Name.End(), "\n\nimport %s")
	case block == nil:
		spec := single.Specs[0]
		if importPath(spec.(*ast.ImportSpec)) == "sync" && usesOfSync(pass, f) == mentions {
			return []analysis.TextEdit{{Pos: spec.Pos(), End: spec.End(), NewText: []byte(text)}}
		}
		open := analysis.TextEdit{Pos: spec.Pos(), End: spec.Pos(), NewText: []byte("(\n\t")}
		return append(insert(endOfLine(spec.(*ast.ImportSpec)), "\n\n\t%s\n)"), open)
	}
	last := thirdParty(block)
	if last == nil {
		return insert(block.Rparen, "\n\t%s\n")
	}
	// In the group that ends with last, before the first that sorts after.
	specs := block.Specs
	for i := len(specs) - 1; i >= 0; i-- {
		if specs[i] == ast.Spec(last) {
			specs = specs[:i+1]
		}
	}
	first := len(specs) - 1
	for first > 0 && fset.Position(specs[first].Pos()).Line == fset.Position(specs[first-1].End()).Line+1 &&
		specs[first].(*ast.ImportSpec).Doc == nil {
		first--
	}
	for _, s := range specs[first:] {
		if s := s.(*ast.ImportSpec); importPath(s) > waitqueuePath && s.Doc == nil {
			return insert(s.Pos(), "%s\n\t")
		}
	}
	return insert(endOfLine(last), "\n\t%s")
}

// usesOfSync is how often f says sync.
func usesOfSync(pass *analysis.Pass, f *ast.File) (n int) {
	ast.Inspect(f, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok {
			if p, ok := pass.TypesInfo.Uses[id].(*types.PkgName); ok && p.Imported().Path() == "sync" {
				n++
			}
		}
		return true
	})
	return n
}

// thirdParty is the last import of d that is not of the standard library.
func thirdParty(d *ast.GenDecl) (last *ast.ImportSpec) {
	for _, s := range d.Specs {
		s := s.(*ast.ImportSpec)
		if host, _, _ := strings.Cut(importPath(s), "/"); strings.Contains(host, ".") {
			last = s
		}
	}
	return last
}

func endOfLine(s *ast.ImportSpec) token.Pos {
	if s.Comment != nil {
		return s.Comment.End()
	}
	return s.End()
}

func importPath(s *ast.ImportSpec) string {
	path, _ := strconv.Unquote(s.Path.Value)
	return path
}
