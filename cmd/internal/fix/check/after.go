package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// After finds wakes that only end somebody's wait.
var After = &analysis.Analyzer{
	Name: "condafter",
	Doc: `report AfterFunc and Broadcast in place of a wait that can be cancelled

	stop := context.AfterFunc(ctx, func() { mu.Lock(); c.Broadcast(); mu.Unlock() })

wakes every waiter when one gives up (n that give up: n*n wakes); with Signal in its place the
wrong one may be woken, and without the lock the wake may be missed. waitqueue.Cond
has WaitContext and WaitTimeout.

Where the loop around Wait is seen to end when the context does, or the deadline has passed, the
suggested fix is to use them, if the Cond is waitqueue's, or becomes it by the same fix.`,
	Requires: []*analysis.Analyzer{Planner},
	Run:      runAfter,
}

// ender is a piece of code that wakes a Cond's waiters because of a context or a time.
type ender struct {
	cursor inspector.Cursor // of the call of AfterFunc, or of the go statement
	node   ast.Node
	wake   *call    // nil if it is a method value: context.AfterFunc(ctx, c.Broadcast)
	cond   ast.Expr // of the Cond
	of     *types.Var
	std    bool
	method string
	locked bool     // the wake is made with a lock held
	after  ast.Expr // the context or the duration; nil if it is not AfterFunc
	timed  bool     // it is a duration

	replaced bool // the package's plan takes it out
}

func runAfter(pass *analysis.Pass) (any, error) {
	p := pass.ResultOf[Planner].(*Plan)
	var fixes []analysis.SuggestedFix
	if p.Moved == 0 && len(p.Edits) > 0 {
		fixes = []analysis.SuggestedFix{{Message: p.String(), TextEdits: p.Edits}}
	}
	for _, e := range p.enders {
		use := "WaitContext"
		if e.timed {
			use = "WaitTimeout"
		}
		var d analysis.Diagnostic
		switch {
		case e.method == "Signal":
			d = at(e.node, "this Signal may wake another waiter than the one that is to give up, which then does not; use %s of waitqueue.Cond", use)
		case !e.locked:
			d = at(e.node, "this Broadcast does not take the lock: a waiter that has looked and not yet slept misses it; use %s of waitqueue.Cond", use)
		default:
			d = at(e.node, "this Broadcast wakes every waiter so that one gives up; use %s of waitqueue.Cond", use)
		}
		if e.replaced {
			d.SuggestedFixes, fixes = fixes, nil // one fix for the package: it is on the first
		}
		report(pass, d)
	}
	return nil, nil
}

// enders finds them in the source's order.
func (c *conds) enders() (found []*ender) {
	for cur := range c.root.Preorder((*ast.CallExpr)(nil), (*ast.GoStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			if !afterFunc(c.info, n) {
				continue
			}
			e := &ender{cursor: cur, node: n, after: n.Args[0], timed: isDuration(c.info, n.Args[0])}
			switch f := ast.Unparen(n.Args[1]).(type) {
			case *ast.FuncLit:
				if !c.onlyWakes(e, f.Body.List) {
					continue
				}
			case *ast.SelectorExpr:
				s := c.info.Selections[f]
				if s == nil || s.Kind() != types.MethodVal || condKind(s.Obj().(*types.Func).Signature().Recv().Type()) == notCond || len(s.Index()) > 1 {
					continue
				}
				e.cond, e.of, e.method = f.X, c.holder(f.X), f.Sel.Name
				e.std = condKind(s.Obj().(*types.Func).Signature().Recv().Type()) == stdCond
			default:
				continue
			}
			if e.method == "Signal" || e.method == "Broadcast" {
				found = append(found, e)
			}
		case *ast.GoStmt:
			lit, ok := n.Call.Fun.(*ast.FuncLit)
			if !ok || len(lit.Body.List) < 2 {
				continue
			}
			e := &ender{cursor: cur, node: n}
			if timed, ok := awaitsEnd(c.info, lit.Body.List[0]); ok && c.onlyWakes(e, lit.Body.List[1:]) {
				e.timed = timed
				found = append(found, e)
			}
		}
	}
	return found
}

// afterFunc says whether n is a call of context.AfterFunc or time.AfterFunc.
func afterFunc(info *types.Info, n *ast.CallExpr) bool {
	f := typeutil.StaticCallee(info, n)
	if f == nil || f.Pkg() == nil || f.Name() != "AfterFunc" || f.Signature().Recv() != nil || len(n.Args) != 2 {
		return false
	}
	return f.Pkg().Path() == "context" || f.Pkg().Path() == "time"
}

func isDuration(info *types.Info, e ast.Expr) bool {
	named, ok := types.Unalias(info.TypeOf(e)).(*types.Named)
	return ok && named.Obj().Name() == "Duration"
}

// awaitsEnd says whether s is <-ctx.Done(), <-time.After(d), or time.Sleep(d).
func awaitsEnd(info *types.Info, s ast.Stmt) (timed, ok bool) {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return false, false
	}
	x := ast.Unparen(e.X)
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		x = ast.Unparen(u.X)
	}
	n, ok := x.(*ast.CallExpr)
	if !ok {
		return false, false
	}
	f, _ := typeutil.Callee(info, n).(*types.Func)
	if f == nil || f.Pkg() == nil {
		return false, false
	}
	switch f.FullName() {
	case "time.After", "time.Sleep":
		return true, true
	case "(context.Context).Done":
		return false, x != ast.Unparen(e.X)
	}
	return false, false
}

// onlyWakes says whether the statements do nothing but wake, perhaps with a lock held around it,
// and notes in e which Cond and how.
func (c *conds) onlyWakes(e *ender, stmts []ast.Stmt) bool {
	locked, wakes := false, 0
	for _, s := range stmts {
		var n ast.Node = s
		deferred := false
		if d, ok := s.(*ast.DeferStmt); ok {
			n, deferred = d.Call, true
		}
		x, name, ok := methodCall(n)
		switch {
		case !ok:
			return false
		case name == "Lock" && !deferred:
			locked = true
		case name == "Unlock": // to have taken it before is enough
		case name == "Signal" || name == "Broadcast":
			for _, k := range c.calls {
				if ast.Node(k.node) == ast.Unparen(exprOf(n)) {
					wakes++
					e.wake, e.cond, e.of, e.method, e.std = k, x, k.of, name, k.std
					e.locked = locked && !deferred
				}
			}
		default:
			return false
		}
	}
	return wakes == 1
}

func exprOf(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.ExprStmt:
		return n.X
	case ast.Expr:
		return n
	}
	return nil
}
