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
