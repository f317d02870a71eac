package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// endsWith says whether the loop around w ends when end has come.
func (c *conds) endsWith(w *call, end waitEnd) bool {
	stmt, ok := stmtOf(w.cursor)
	l := loop(w.cursor)
	if !ok || l == nil {
		return false
	}
	if f, ok := l.(*ast.ForStmt); ok && f.Cond != nil {
		for _, part := range conjuncts(f.Cond) {
			if c.says(part, end, false) {
				return true
			}
		}
	}
	if next, ok := stmt.NextSibling(); ok && c.leaves(next.Node(), end) {
		return true
	}
	if stmt.ParentEdgeIndex() > 0 {
		prev, _ := stmt.PrevSibling()
		return c.leaves(prev.Node(), end)
	}
	return false
}

// leaves says whether s leaves the loop if end has come.
func (c *conds) leaves(n ast.Node, end waitEnd) bool {
	switch s := n.(type) {
	case *ast.IfStmt:
		if !ends(s.Body.List) || continues(s.Body) {
			return false
		}
		if assign, ok := s.Init.(*ast.AssignStmt); ok && len(assign.Lhs) == 1 && len(assign.Rhs) == 1 && !end.timed {
			// if err := ctx.Err(); err != nil
			cond, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
			return ok && cond.Op == token.NEQ && types.ExprString(cond.X) == types.ExprString(assign.Lhs[0]) &&
				types.ExprString(cond.Y) == "nil" && c.isErrOf(assign.Rhs[0], end)
		}
		return s.Init == nil && c.says(s.Cond, end, true)
	case *ast.SelectStmt:
		// select { case <-ctx.Done(): return; default: }
		for _, clause := range s.Body.List {
			clause := clause.(*ast.CommClause)
			e, ok := clause.Comm.(*ast.ExprStmt)
			if !ok || end.timed || !ends(clause.Body) {
				continue
			}
			u, ok := ast.Unparen(e.X).(*ast.UnaryExpr)
			if _, returns := clause.Body[len(clause.Body)-1].(*ast.ReturnStmt); !ok || u.Op != token.ARROW || !returns {
				continue
			}
			if _, isDone := c.stdCall(u.X, "(context.Context).Done"); isDone && c.base(ast.Unparen(u.X).(*ast.CallExpr).Fun) == end.of {
				return true
			}
		}
	}
	return false
}

// continues says whether a block that ends in a jump stays in the loop by it.
func continues(b *ast.BlockStmt) bool {
	s, ok := b.List[len(b.List)-1].(*ast.BranchStmt)
	return ok && (s.Tok != token.BREAK || s.Label != nil)
}

// says is whether e says that end has come; or that it has not.
func (c *conds) says(e ast.Expr, end waitEnd, come bool) bool {
	e = ast.Unparen(e)
	if n, ok := e.(*ast.UnaryExpr); ok && n.Op == token.NOT {
		return c.says(n.X, end, !come)
	}
	if end.timed {
		name := "(time.Time).Before" // time.Now().Before(deadline): not yet
		if come {
			name = "(time.Time).After"
		}
		arg, ok := c.stdCall(e, name)
		if !ok || c.variable(arg) != end.of {
			return false
		}
		_, isNow := c.stdCall(ast.Unparen(ast.Unparen(e).(*ast.CallExpr).Fun).(*ast.SelectorExpr).X, "time.Now")
		return isNow
	}
	b, ok := e.(*ast.BinaryExpr)
	want := token.EQL
	if come {
		want = token.NEQ
	}
	return ok && b.Op == want && types.ExprString(b.Y) == "nil" && c.isErrOf(b.X, end)
}

// isErrOf says whether e is ctx.Err().
func (c *conds) isErrOf(e ast.Expr, end waitEnd) bool {
	_, ok := c.stdCall(e, "(context.Context).Err")
	return ok && c.base(ast.Unparen(e).(*ast.CallExpr).Fun) == end.of
}

// hasOwn says whether w is served by an AfterFunc in its own function.
func (c *conds) hasOwn(w *call) bool {
	fn, ok := function(w.cursor)
	for _, e := range c.enders() {
		if in, in0 := function(e.cursor); ok && in0 && in == fn && e.of == w.of && e.after != nil && e.node.Pos() < w.node.Pos() {
			return true
		}
	}
	return false
}

// indifferent says whether what the loop around w does and asks has nothing to do with a context or the time.
func (c *conds) indifferent(w *call) bool {
	l := loop(w.cursor)
	if l == nil || w.method == "WaitFor" {
		return false
	}
	return c.timeless(l, map[ast.Node]bool{})
}

func (c *conds) timeless(n ast.Node, seen map[ast.Node]bool) bool {
	if seen[n] {
		return true
	}
	seen[n] = true
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if v, isVar := c.info.Uses[n].(*types.Var); isVar {
				if t := types.TypeString(types.Unalias(v.Type()), nil); t == "context.Context" || strings.HasPrefix(strings.TrimPrefix(t, "*"), "time.") {
					ok = false
				}
			}
		case *ast.CallExpr:
			ok = ok && c.knownCall(n, seen)
		}
		return ok
	})
	return ok
}

// knownCall says whether n is a conversion, a builtin, a method of a Cond or of package sync, or a function of this
// package whose body is timeless.
func (c *conds) knownCall(n *ast.CallExpr, seen map[ast.Node]bool) bool {
	if c.info.Types[n.Fun].IsType() || c.info.Types[n.Fun].IsBuiltin() {
		return true
	}
	f := typeutil.StaticCallee(c.info, n)
	if f == nil || f.Pkg() == nil {
		return false
	}
	switch path := f.Pkg().Path(); {
	case path == "sync" || path == "sync/atomic" || path == waitqueuePath && f.Name() == "Wait":
		return true
	case c.bodies[f.Origin()] != nil && c.bodies[f.Origin()].Body != nil:
		return c.timeless(c.bodies[f.Origin()].Body, seen)
	}
	return false
}
