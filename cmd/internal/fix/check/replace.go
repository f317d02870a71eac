package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// replacement is the edits that take e out, and make the waits it was for end by themselves:
//
//	stop := context.AfterFunc(ctx, func() { mu.Lock(); c.Broadcast(); mu.Unlock() })
//	defer stop()
//	for !ready && ctx.Err() == nil {
//		c.Wait()                                   // becomes _ = c.WaitContext(ctx)
//	}
//
// The two mean the same if all of this holds:
//
//	R1. The AfterFunc is stopped by a defer that follows it, and by nothing else.
//	R2. Each Wait on the Cond behind it in the function is in a loop that ends when the context
//	    is done, or the deadline has passed, and that looks right before or right after the Wait. Then a wait
//	    that ends early, or takes a signal while the context is done, leads where the Broadcast led.
//	R3. The context or deadline is one variable that never changes, and so is what the Cond belongs to.
//	R4. No other wait on the Cond can have needed this Broadcast: the package knows all of them, and
//	    none looks at a context or at the time, unless it has an AfterFunc of its own.
func (c *conds) replacement(pass *analysis.Pass, e *ender) ([]analysis.TextEdit, bool) {
	if e.after == nil || e.method != "Broadcast" || e.of == nil || e.of.Exported() || c.base(e.cond) == nil || c.changed[c.base(e.cond)] {
		return nil, false
	}
	fn, ok := function(e.cursor)
	if !ok {
		return nil, false
	}
	from, to, ok := c.stopped(fn, e) // R1
	if !ok {
		return nil, false
	}
	end, ok := c.endOf(e) // R3
	if !ok {
		return nil, false
	}
	for _, other := range c.enders() {
		if in, _ := function(other.cursor); other.node != e.node && other.of == e.of && in == fn {
			return nil, false // ended in two ways
		}
	}
	var waits []*call
	for _, w := range c.calls {
		if !w.waits() && w.method != "WaitFor" || w.of != e.of && w.of != nil {
			continue
		}
		if in, ok := function(w.cursor); ok && in == fn && w.node.Pos() > e.node.Pos() {
			if w.method != "Wait" || w.of == nil || types.ExprString(w.cond) != types.ExprString(e.cond) || !c.endsWith(w, end) { // R2
				return nil, false
			}
			waits = append(waits, w)
		} else if !c.indifferent(w) && !c.hasOwn(w) { // R4
			return nil, false
		}
	}
	if len(waits) == 0 {
		return nil, false
	}
	edits := []analysis.TextEdit{deleteLines(pass, from, to)}
	for _, w := range waits {
		stmt, _ := stmtOf(w.cursor)
		sel := ast.Unparen(w.node.Fun).(*ast.SelectorExpr).Sel
		edits = append(edits,
			analysis.TextEdit{Pos: stmt.Node().Pos(), End: stmt.Node().Pos(), NewText: []byte("_ = ")},
			analysis.TextEdit{Pos: sel.Pos(), End: sel.End(), NewText: []byte(end.method)},
			analysis.TextEdit{Pos: w.node.Rparen, End: w.node.Rparen, NewText: []byte(end.arg)})
	}
	return edits, true
}

// stopped is the range of the statements that start and stop the AfterFunc.
func (c *conds) stopped(fn inspector.Cursor, e *ender) (from, to token.Pos, ok bool) {
	cur := e.cursor.Parent()
	call := ast.Node(e.node)
	if sel, isSel := cur.Node().(*ast.SelectorExpr); isSel && e.timed && sel.Sel.Name == "Stop" {
		call, cur = sel, cur.Parent()
	}
	if n, isCall := cur.Node().(*ast.CallExpr); isCall && n.Fun == call && (call != e.node) == e.timed {
		d, isDefer := cur.Parent().Node().(*ast.DeferStmt) // defer context.AfterFunc(...)()
		if !isDefer {
			return 0, 0, false
		}
		return d.Pos(), d.End(), true
	}
	assign, isAssign := cur.Node().(*ast.AssignStmt)
	if !isAssign || assign.Tok != token.DEFINE || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
		return 0, 0, false
	}
	stop, _ := c.info.Defs[assign.Lhs[0].(*ast.Ident)].(*types.Var)
	next, hasNext := cur.NextSibling()
	if stop == nil || !hasNext {
		return 0, 0, false
	}
	d, isDefer := next.Node().(*ast.DeferStmt)
	if !isDefer || len(d.Call.Args) > 0 {
		return 0, 0, false
	}
	called := d.Call.Fun
	if sel, isSel := called.(*ast.SelectorExpr); isSel && e.timed && sel.Sel.Name == "Stop" {
		called = sel.X
	} else if e.timed {
		return 0, 0, false
	}
	if id, isID := called.(*ast.Ident); !isID || c.info.Uses[id] != stop {
		return 0, 0, false
	}
	uses := 0
	for _, obj := range c.info.Uses {
		if obj == stop {
			uses++
		}
	}
	return assign.Pos(), d.End(), uses == 1
}

// waitEnd is what ends a wait: a context, or a deadline.
type waitEnd struct {
	of     *types.Var
	timed  bool
	method string // WaitContext or WaitTimeout
	arg    string
}

// endOf is what e waits for: the context in its call, or a deadline that is the duration in its
// call from the same moment on.
func (c *conds) endOf(e *ender) (waitEnd, bool) {
	if !e.timed {
		v := c.steady(e.after)
		return waitEnd{of: v, method: "WaitContext", arg: types.ExprString(e.after)}, v != nil
	}
	pkg := types.ExprString(ast.Unparen(e.node.(*ast.CallExpr).Fun).(*ast.SelectorExpr).X)
	deadline := func(v *types.Var) (waitEnd, bool) {
		return waitEnd{of: v, timed: true, method: "WaitTimeout", arg: pkg + ".Until(" + v.Name() + ")"}, true
	}
	if arg, ok := c.stdCall(e.after, "time.Until"); ok {
		if v := c.steady(arg); v != nil {
			return deadline(v)
		}
		return waitEnd{}, false
	}
	if c.info.Types[e.after].Value == nil && c.steady(e.after) == nil {
		return waitEnd{}, false
	}
	// deadline := time.Now().Add(d), in the statement before the AfterFunc's or the one before that.
	cur := e.cursor
	for {
		if _, isStmt := cur.Node().(ast.Stmt); isStmt {
			break
		}
		cur = cur.Parent()
	}
	for range 2 {
		prev, ok := cur.PrevSibling()
		if !ok {
			break
		}
		cur = prev
		assign, ok := cur.Node().(*ast.AssignStmt)
		if !ok || assign.Tok != token.DEFINE || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			continue
		}
		v := c.steady(assign.Lhs[0])
		d, isAdd := c.stdCall(assign.Rhs[0], "(time.Time).Add")
		if v == nil || !isAdd || types.ExprString(d) != types.ExprString(e.after) {
			continue
		}
		now := ast.Unparen(ast.Unparen(assign.Rhs[0]).(*ast.CallExpr).Fun).(*ast.SelectorExpr).X
		if _, isNow := c.stdCall(now, "time.Now"); isNow {
			return deadline(v)
		}
	}
	return waitEnd{}, false
}

// steady is the local variable that e is, if nothing is ever assigned to it again.
func (c *conds) steady(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := c.info.ObjectOf(id).(*types.Var)
	if v == nil || v.IsField() || v.Kind() == types.PackageVar || c.changed[v] {
		return nil
	}
	return v
}

// stdCall says whether e is a call of the function named so, and what its argument is.
func (c *conds) stdCall(e ast.Expr, name string) (arg ast.Expr, ok bool) {
	n, isCall := ast.Unparen(e).(*ast.CallExpr)
	if !isCall {
		return nil, false
	}
	f, _ := typeutil.Callee(c.info, n).(*types.Func)
	if f == nil || f.FullName() != name {
		return nil, false
	}
	if len(n.Args) > 0 {
		arg = n.Args[0]
	}
	return arg, true
}

// deleteLines deletes from one position to another, and the rest of the last line if there is nothing
// else on it but a comment.
func deleteLines(pass *analysis.Pass, from, to token.Pos) analysis.TextEdit {
	file := pass.Fset.File(from)
	if src, err := pass.ReadFile(file.Name()); err == nil && file.Offset(to) < len(src) {
		line, _, found := strings.Cut(string(src[file.Offset(to):]), "\n")
		if rest := strings.TrimSpace(line); found && (rest == "" || strings.HasPrefix(rest, "//")) {
			to += token.Pos(len(line) + 1)
			before := strings.TrimSpace(string(src[:file.Offset(from)]))
			for strings.HasSuffix(before, "{") && file.Offset(to) < len(src) && src[file.Offset(to)] == '\n' {
				to++ // a block does not begin with an empty line
			}
		}
	}
	return analysis.TextEdit{Pos: from, End: to}
}
