package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
)

// Select finds goroutines that Wait so that somebody else can select.
var Select = &analysis.Analyzer{
	Name: "condselect",
	Doc: `report a select around a goroutine that Waits

	go func() { mu.Lock(); for !ready { c.Wait() }; mu.Unlock(); close(done) }()
	select { case <-done: case <-ctx.Done(): }

If the other case is chosen, the goroutine stays behind and takes a Signal that was for
somebody else. WaitContext and Subscribe of waitqueue.Cond need no goroutine. It is no hazard if
the function also waits for the goroutine elsewhere, or wakes it.`,
	Requires: []*analysis.Analyzer{collect},
	Run:      runSelect,
}

func runSelect(pass *analysis.Pass) (any, error) {
	c := pass.ResultOf[collect].(*conds)
	told := map[ast.Node]bool{}
	for _, w := range c.calls {
		if !w.waits() {
			continue
		}
		lit, ok := function(w.cursor)
		if !ok {
			continue
		}
		start, ok := started(lit)
		if !ok || told[start.Node()] {
			continue
		}
		outer, ok := function(start)
		if !ok || c.frees(outer, start, w) {
			continue
		}
		for _, ch := range c.tells(lit.Node()) {
			if at0, ok := c.abandons(outer, ch); ok {
				told[start.Node()] = true
				d := at(start.Node(), "this goroutine Waits for the select on line %d: if another case is chosen there, it stays and takes a Signal meant for somebody else; use WaitContext, or Subscribe and its channel, of waitqueue.Cond",
					pass.Fset.Position(at0).Line)
				d.End = start.Node().Pos() + token.Pos(len("go"))
				d.Related = []analysis.RelatedInformation{{Pos: at0, Message: "the select is here"}}
				report(pass, d)
				break
			}
		}
	}
	return nil, nil
}

// frees says whether fn wakes the Cond of w itself, outside the goroutine: it will have told it to end.
func (c *conds) frees(fn, goroutine inspector.Cursor, w *call) bool {
	for _, k := range c.calls {
		if k.wakes() && k.of == w.of && fn.Contains(k.cursor) && !goroutine.Contains(k.cursor) {
			return true
		}
	}
	return false
}

// started is the go statement that runs the function literal.
func started(lit inspector.Cursor) (inspector.Cursor, bool) {
	call := lit.Parent()
	n, ok := call.Node().(*ast.CallExpr)
	if !ok || n.Fun != lit.Node() {
		return call, false
	}
	_, ok = call.Parent().Node().(*ast.GoStmt)
	return call.Parent(), ok
}

// tells are the channels that the goroutine closes or sends to.
func (c *conds) tells(lit ast.Node) (channels []*types.Var) {
	inspectOwn(lit, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			if v := c.variable(n.Chan); v != nil {
				channels = append(channels, v)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "close" && len(n.Args) == 1 {
				if v := c.variable(n.Args[0]); v != nil {
					channels = append(channels, v)
				}
			}
		}
		return true
	})
	return channels
}

// abandons finds a select in fn that receives from ch or does something else, where that is the
// only receive from ch.
func (c *conds) abandons(fn inspector.Cursor, ch *types.Var) (at token.Pos, found bool) {
	receives := 0
	for cur := range fn.Preorder((*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.UnaryExpr:
			if n.Op != token.ARROW || c.variable(n.X) != ch {
				continue
			}
			receives++
			for s := range cur.Enclosing((*ast.SelectStmt)(nil)) {
				if sel := s.Node().(*ast.SelectStmt); len(sel.Body.List) > 1 && inComm(cur) {
					at, found = sel.Pos(), true
				}
				break
			}
		case *ast.RangeStmt:
			if c.variable(n.X) == ch {
				receives++
			}
		}
	}
	return at, found && receives == 1 && !c.handedOn(fn, ch)
}

// inComm says whether the receive at cur is what a select's case is about.
func inComm(cur inspector.Cursor) bool {
	for child, p := cur, cur.Parent(); ; child, p = p, p.Parent() {
		switch n := p.Node().(type) {
		case *ast.CommClause:
			return n.Comm == child.Node()
		case *ast.ExprStmt, *ast.AssignStmt, *ast.ParenExpr:
		default:
			return false
		}
	}
}

// handedOn says whether fn gives ch to somebody: then others may receive from it.
func (c *conds) handedOn(fn inspector.Cursor, ch *types.Var) bool {
	if ch.IsField() || ch.Kind() == types.PackageVar {
		return true
	}
	for cur := range fn.Preorder((*ast.Ident)(nil)) {
		if c.info.Uses[cur.Node().(*ast.Ident)] != ch {
			continue
		}
		switch p := cur.Parent().Node().(type) {
		case *ast.ReturnStmt, *ast.CompositeLit, *ast.KeyValueExpr:
			return true
		case *ast.CallExpr:
			if id, ok := p.Fun.(*ast.Ident); !ok || id.Name != "close" {
				return true
			}
		case *ast.AssignStmt:
			if p.Tok != token.DEFINE || p.Lhs[0] != cur.Node() {
				return true
			}
		}
	}
	return false
}
