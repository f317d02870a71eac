package check

import (
	"go/ast"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
)

// Planner works out what moving the package would change; its result is a *Plan. It reports
// nothing itself: Use and After do.
var Planner = &analysis.Analyzer{
	Name:       "condplan",
	Doc:        "plan the move of a package to waitqueue.Cond",
	Requires:   []*analysis.Analyzer{collect},
	ResultType: reflect.TypeFor[*Plan](),
	Run:        runPlan,
}

// A Plan is the edits that move a package. All or nothing: a Cond of one type cannot be handed
// to code that wants the other.
type Plan struct {
	Edits    []analysis.TextEdit
	Moved    int // mentions of sync.Cond and sync.NewCond replaced
	Replaced int // AfterFuncs replaced

	mentions []mention // of sync.Cond and sync.NewCond
	enders   []*ender
	why      string // why the package is not moved, if it has mentions
}

// Resolves says whether carrying out the plan leaves nothing of a diagnostic.
func (p *Plan) Resolves(d analysis.Diagnostic) bool {
	switch d.Category {
	case Use.Name:
		return p.Moved > 0
	case After.Name:
		for _, e := range p.enders {
			if e.node.Pos() == d.Pos {
				return e.replaced
			}
		}
	}
	return false
}

// mention is a place that names sync.Cond or sync.NewCond.
type mention struct {
	cursor inspector.Cursor
	node   ast.Node // sync.Cond, or Cond alone where sync is imported by a dot
	file   *ast.File
	name   string
}

func (p *Plan) String() string {
	var parts []string
	if p.Moved > 0 {
		parts = append(parts, "move the package to waitqueue.Cond")
	}
	if p.Replaced > 0 {
		parts = append(parts, "wait with the context or the timeout itself")
	}
	return strings.Join(parts, "; ")
}

func runPlan(pass *analysis.Pass) (any, error) {
	c := pass.ResultOf[collect].(*conds)
	p := &Plan{mentions: c.mentions(pass), enders: c.enders()}
	if len(p.mentions) > 0 {
		p.why = c.obstacle(pass, p.mentions)
	}
	if len(p.mentions) > 0 && p.why == "" {
		for _, f := range pass.Files {
			p.moveFile(pass, f)
		}
	}
	for _, e := range p.enders {
		f := fileOf(pass, e.node)
		if e.std && p.Moved == 0 || f == nil || foreign(pass.Fset, f) || !editable(pass.Fset, f) {
			continue
		}
		if edits, ok := c.replacement(pass, e); ok {
			p.Edits = append(p.Edits, edits...)
			p.Replaced++
			e.replaced = true
		}
	}
	return p, nil
}

func fileOf(pass *analysis.Pass, n ast.Node) *ast.File {
	for _, f := range pass.Files {
		if f.FileStart <= n.Pos() && n.Pos() < f.FileEnd {
			return f
		}
	}
	return nil
}

// mentions finds them, but for those in generated and vendored files.
func (c *conds) mentions(pass *analysis.Pass) (found []mention) {
	for cur := range c.root.Preorder((*ast.Ident)(nil)) {
		id := cur.Node().(*ast.Ident)
		obj := c.info.Uses[id]
		if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != "sync" || obj.Parent() != obj.Pkg().Scope() {
			continue
		}
		if obj.Name() != "Cond" && obj.Name() != "NewCond" {
			continue
		}
		f := fileOf(pass, id)
		if f == nil || foreign(pass.Fset, f) {
			continue
		}
		m := mention{cursor: cur, node: id, file: f, name: obj.Name()}
		if sel, ok := cur.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel == id {
			m.cursor, m.node = cur.Parent(), sel
		}
		found = append(found, m)
	}
	return found
}

// moveFile adds the edits of one file.
func (p *Plan) moveFile(pass *analysis.Pass, f *ast.File) {
	name, imported := importedAs(f)
	here := 0
	for _, m := range p.mentions {
		if m.file == f {
			p.Edits = append(p.Edits, analysis.TextEdit{Pos: m.node.Pos(), End: m.node.End(), NewText: []byte(name + "." + m.name)})
			here++
		}
	}
	p.Moved += here
	if here > 0 && !imported {
		p.Edits = append(p.Edits, addImport(pass, f, name, here)...)
	}
}
