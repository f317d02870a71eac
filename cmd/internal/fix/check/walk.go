package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
)

// function is the innermost function that cur is in.
func function(cur inspector.Cursor) (inspector.Cursor, bool) {
	for f := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		if f != cur {
			return f, true
		}
	}
	return inspector.Cursor{}, false
}

// loop is the innermost loop of the same function whose body cur is in, or nil.
func loop(cur inspector.Cursor) ast.Stmt {
	for child, p := cur, cur.Parent(); ; child, p = p, p.Parent() {
		switch n := p.Node().(type) {
		case *ast.ForStmt:
			if child.Node() == n.Body {
				return n
			}
		case *ast.RangeStmt:
			if child.Node() == n.Body {
				return n
			}
		case *ast.FuncDecl, *ast.FuncLit, *ast.File, nil:
			return nil
		}
	}
}

// gotoLoop says whether a goto leads from behind cur to before it.
func gotoLoop(fn, cur inspector.Cursor) bool {
	for b := range fn.Preorder((*ast.BranchStmt)(nil)) {
		g := b.Node().(*ast.BranchStmt)
		if g.Tok != token.GOTO || g.Pos() < cur.Node().Pos() {
			continue
		}
		for l := range fn.Preorder((*ast.LabeledStmt)(nil)) {
			if l := l.Node().(*ast.LabeledStmt); l.Label.Name == g.Label.Name && l.Pos() <= cur.Node().Pos() {
				return true
			}
		}
	}
	return false
}

// body is the function's.
func body(fn ast.Node) *ast.BlockStmt {
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		return fn.Body
	case *ast.FuncLit:
		return fn.Body
	}
	return nil
}

// inspectOwn is ast.Inspect, but leaves out the function literals within n: they run
// at another time.
func inspectOwn(n ast.Node, f func(ast.Node) bool) {
	ast.Inspect(n, func(m ast.Node) bool {
		if _, lit := m.(*ast.FuncLit); lit && m != n {
			return false
		}
		return f(m)
	})
}

// methodCall takes e apart if it is x.name().
func methodCall(n ast.Node) (x ast.Expr, name string, ok bool) {
	if s, isStmt := n.(*ast.ExprStmt); isStmt {
		n = s.X
	}
	call, isCall := n.(*ast.CallExpr)
	if !isCall {
		return nil, "", false
	}
	sel, isSel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !isSel {
		return nil, "", false
	}
	return sel.X, sel.Sel.Name, true
}

// locks says whether n takes a lock itself, before end.
func locks(n ast.Node, end token.Pos) bool {
	found := false
	inspectOwn(n, func(m ast.Node) bool {
		if _, name, ok := methodCall(m); ok && m.Pos() < end && (name == "Lock" || name == "RLock") {
			found = true
		}
		return !found
	})
	return found
}

// stmtOf is the statement that consists of the expression at cur.
func stmtOf(cur inspector.Cursor) (inspector.Cursor, bool) {
	p := cur.Parent()
	_, ok := p.Node().(*ast.ExprStmt)
	return p, ok
}

// ends says whether a statement list ends in one that leaves it.
func ends(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := call.Fun.(*ast.Ident)
		return ok && id.Name == "panic"
	}
	return false
}

// canon writes an expression so that two methods of one type that look at the same
// field have the same text, whatever their receivers are called.
func (c *conds) canon(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := c.info.ObjectOf(e).(*types.Var)
		if ok && (v.Kind() == types.RecvVar || v.Kind() == types.ParamVar) {
			t := v.Type()
			if p, ok := t.Underlying().(*types.Pointer); ok {
				t = p.Elem()
			}
			if _, isNamed := types.Unalias(t).(*types.Named); isNamed {
				return types.TypeString(t, func(*types.Package) string { return "" })
			}
		}
		return e.Name
	case *ast.SelectorExpr:
		return c.canon(e.X) + "." + e.Sel.Name
	case *ast.StarExpr:
		return c.canon(e.X)
	case *ast.UnaryExpr:
		return e.Op.String() + c.canon(e.X)
	case *ast.BinaryExpr:
		return c.canon(e.X) + " " + e.Op.String() + " " + c.canon(e.Y)
	case *ast.IndexExpr:
		return c.canon(e.X) + "[" + c.canon(e.Index) + "]"
	case *ast.CallExpr:
		args := make([]string, len(e.Args))
		for i, a := range e.Args {
			args[i] = c.canon(a)
		}
		return c.canon(e.Fun) + "(" + strings.Join(args, ", ") + ")"
	default:
		return types.ExprString(e)
	}
}

// base is the variable at the left end of x.y.z.
func (c *conds) base(e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.UnaryExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			v, _ := c.info.ObjectOf(x).(*types.Var)
			return v
		default:
			return nil
		}
	}
}

// conjuncts are the parts of a condition that && joins.
func conjuncts(e ast.Expr) []ast.Expr {
	if b, ok := ast.Unparen(e).(*ast.BinaryExpr); ok && b.Op == token.LAND {
		return append(conjuncts(b.X), conjuncts(b.Y)...)
	}
	return []ast.Expr{ast.Unparen(e)}
}
