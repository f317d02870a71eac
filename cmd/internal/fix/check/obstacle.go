package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// obstacle says why the package cannot be moved, or nothing.
func (c *conds) obstacle(pass *analysis.Pass, mentions []mention) string {
	for _, m := range mentions {
		if !editable(pass.Fset, m.file) {
			return "cgo has changed the file"
		}
		if why := c.askedFor(m); why != "" {
			return why
		}
	}
	if where := exposed(pass.Pkg); where != "" {
		return "it is part of the exported API, by " + where
	}
	for id, obj := range c.info.Uses {
		if p := obj.Pkg(); p != nil && p != pass.Pkg && p.Path() != "sync" && mentionsCond(obj.Type()) && !sameModule(pass, p) {
			return fmt.Sprintf("it is shared with package %s, by %s", p.Path(), id.Name)
		}
	}
	for _, name := range pass.IgnoredFiles {
		if leftOut(pass, name) {
			return filepath.Base(name) + ", which this build leaves out, has one too"
		}
	}
	for id, obj := range c.info.Defs {
		if t, ok := obj.(*types.TypeName); ok {
			if method := clash(t); method != "" {
				return fmt.Sprintf("type %s embeds it, and has another %s", id.Name, method)
			}
		}
	}
	return ""
}

// leftOut says whether a file of the package that is not built here mentions sync.Cond. Nobody
// has checked its types, so the package cannot be moved as a whole.
func leftOut(pass *analysis.Pass, name string) bool {
	src, err := os.ReadFile(name)
	if err != nil || !strings.HasSuffix(name, ".go") || !strings.Contains(string(src), "Cond") {
		return false
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil || f.Name.Name != pass.Pkg.Name() {
		return false
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Cond" || sel.Sel.Name == "NewCond") {
			id, ok := sel.X.(*ast.Ident)
			found = found || ok && id.Name == "sync"
		}
		return !found
	})
	return found
}

// editable says whether what was parsed is the file that people edit.
func editable(fset *token.FileSet, f *ast.File) bool {
	return fset.PositionFor(f.Package, false).Filename == fset.PositionFor(f.Package, true).Filename
}

// askedFor says whether the type is asked for at run time, or made from a bare pointer.
func (c *conds) askedFor(m mention) string {
	for cur := m.cursor; ; cur = cur.Parent() {
		switch n := cur.Parent().Node().(type) {
		case *ast.StarExpr, *ast.ParenExpr:
		case *ast.TypeAssertExpr:
			return "a type assertion asks for it at run time"
		case *ast.CaseClause:
			return "a type switch asks for it at run time"
		case *ast.CallExpr:
			if n.Fun == cur.Node() && len(n.Args) == 1 && c.info.Types[n.Fun].IsType() &&
				types.Identical(c.info.TypeOf(n.Args[0]), types.Typ[types.UnsafePointer]) {
				return "it is made from an unsafe.Pointer"
			}
			return ""
		default:
			return ""
		}
	}
}

func sameModule(pass *analysis.Pass, p *types.Package) bool {
	if pass.Module == nil || pass.Module.Path == "" {
		return false
	}
	return p.Path() == pass.Module.Path || strings.HasPrefix(p.Path(), pass.Module.Path+"/")
}

// mentionsCond says whether a value of type t hands out a sync.Cond by its very type: a
// variable, a function's parameters and results. It does not look into named types.
func mentionsCond(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if condKind(t) == stdCond {
			return true
		}
		for a := range t.TypeArgs().Types() {
			if mentionsCond(a) {
				return true
			}
		}
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if mentionsCond(v.Type()) {
					return true
				}
			}
		}
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels; and of a map the values
		return mentionsCond(t.Elem())
	}
	return false
}

// exposed names an exported thing through which other modules can get at a sync.Cond.
func exposed(pkg *types.Package) string {
	path := "/" + pkg.Path() + "/"
	if pkg.Name() == "main" || strings.Contains(path, "/internal/") || strings.HasSuffix(pkg.Path(), "_test") {
		return ""
	}
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		if mentionsCond(obj.Type()) {
			return name
		}
		named, ok := types.Unalias(obj.Type()).(*types.Named)
		if _, isType := obj.(*types.TypeName); !isType || !ok {
			continue
		}
		if mentionsCond(named.Underlying()) {
			return name
		}
		if st, ok := named.Underlying().(*types.Struct); ok {
			for f := range st.Fields() {
				if f.Exported() && mentionsCond(f.Type()) {
					return name + "." + f.Name()
				}
			}
		}
		for m := range named.Methods() {
			if m.Exported() && mentionsCond(m.Type()) {
				return name + "." + m.Name()
			}
		}
	}
	return ""
}

// added are the methods that waitqueue.Cond has and sync.Cond has not.
var added = []string{"WaitContext", "WaitTimeout", "WaitFor", "Subscribe", "Close", "CloseWith"}

// clash names a method of the struct t that one of waitqueue.Cond's, promoted from an embedded
// Cond, would hide or make ambiguous.
func clash(t *types.TypeName) string {
	if _, ok := t.Type().Underlying().(*types.Struct); !ok || t.IsAlias() {
		return ""
	}
	depth := embeddingDepth(t.Type(), 0)
	if depth == 0 {
		return ""
	}
	for _, name := range added {
		if obj, path, _ := types.LookupFieldOrMethod(types.NewPointer(t.Type()), true, t.Pkg(), name); obj != nil && len(path) > depth {
			return name
		}
	}
	return ""
}

// embeddingDepth is how many embedded fields lead to a sync.Cond; 0 if none do.
func embeddingDepth(t types.Type, seen int) int {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok || seen > 8 {
		return 0
	}
	best := 0
	for f := range st.Fields() {
		if !f.Embedded() {
			continue
		}
		depth := 0
		if condKind(f.Type()) == stdCond {
			depth = 1
		} else if d := embeddingDepth(f.Type(), seen+1); d > 0 {
			depth = d + 1
		}
		if depth > 0 && (best == 0 || depth < best) {
			best = depth
		}
	}
	return best
}
