package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
)

// Loop finds waits whose condition is not looked at again.
var Loop = &analysis.Analyzer{
	Name: "condloop",
	Doc: `report Wait outside a loop

The lock is free while Wait sleeps, so the condition may be false again when it returns,
and a Broadcast wakes waiters of every condition. A function that only passes Wait on, with
the lock held by its callers, is judged by the loops of those.`,
	Requires: []*analysis.Analyzer{collect},
	Run:      runLoop,
}

func runLoop(pass *analysis.Pass) (any, error) {
	c := pass.ResultOf[collect].(*conds)
	for _, w := range c.calls {
		if !w.waits() {
			continue
		}
		fn, ok := function(w.cursor)
		if !ok {
			continue
		}
		stmt, inStmt := stmtOf(w.cursor)
		if inStmt {
			if cond, bad := c.usedUnchecked(stmt); bad {
				report(pass, at(w.node, "%s is called under an if, and what follows relies on its condition: it may be false again when %s returns; write for %s { ... }",
					w.method, w.method, types.ExprString(cond)))
				continue
			}
		}
		if loop(w.cursor) != nil || gotoLoop(fn, w.cursor) {
			continue
		}
		if locks(body(fn.Node()), w.node.Pos()) {
			report(pass, at(w.node, "%s outside a loop: the condition may be false when it returns; call it in a loop that looks at the condition again, holding the lock", w.method))
			continue
		}
		// The lock is a caller's, and so may be the loop.
		decl, ok := fn.Node().(*ast.FuncDecl)
		if !ok {
			continue
		}
		f, _ := pass.TypesInfo.Defs[decl.Name].(*types.Func)
		for _, site := range c.callers[f] {
			from, ok := function(site)
			if ok && loop(site) == nil && !gotoLoop(from, site) && locks(body(from.Node()), site.Node().Pos()) {
				report(pass, at(site.Node(), "%s, which calls %s, is called outside a loop: the condition may be false when it returns; call it in a loop that looks at the condition again", f.Name(), w.method))
			}
		}
	}
	return nil, nil
}

// usedUnchecked finds, within a loop whose turns are about other things,
//
//	if len(q) == 0 {
//		c.Wait()
//	}
//	x := q[0]
//
// where what was asked for is taken without asking again.
func (c *conds) usedUnchecked(wait inspector.Cursor) (cond ast.Expr, bad bool) {
	block := wait.Parent()
	branch, ok := block.Parent().Node().(*ast.IfStmt)
	if !ok || branch.Body != block.Node() || branch.Else != nil || branch.Body.List[len(branch.Body.List)-1] != wait.Node() {
		return nil, false
	}
	operands := map[string]bool{}
	ast.Inspect(branch.Cond, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			operands[types.ExprString(n)] = true
			return false
		case *ast.Ident:
			operands[n.Name] = true
		}
		return true
	})
	for next, ok := block.Parent().NextSibling(); ok; next, ok = next.NextSibling() {
		s, isStmt := next.Node().(ast.Stmt)
		if !isStmt {
			break
		}
		switch s.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return nil, false // it may ask again
		}
		if takes(s, operands) {
			return branch.Cond, true
		}
	}
	return nil, false
}

// takes says whether s indexes, slices or counts down one of the operands.
func takes(s ast.Stmt, operands map[string]bool) bool {
	found := false
	inspectOwn(s, func(n ast.Node) bool {
		var x ast.Expr
		switch n := n.(type) {
		case *ast.IndexExpr:
			x = n.X
		case *ast.SliceExpr:
			x = n.X
		case *ast.IncDecStmt:
			x = n.X
		case *ast.AssignStmt:
			if n.Tok == token.SUB_ASSIGN || n.Tok == token.ADD_ASSIGN {
				x = n.Lhs[0]
			}
		}
		found = found || x != nil && operands[types.ExprString(x)]
		return !found
	})
	return found
}
