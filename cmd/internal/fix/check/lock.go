package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// Lock finds conditions that change while a waiter looks at them.
var Lock = &analysis.Analyzer{
	Name: "condlock",
	Doc: `report a condition changed without the lock, and a wake after it

A waiter looks at its condition and then sleeps, holding the lock from the look until it is
registered. A change and a wake that do not take the lock fit in between, and are missed; that the
variable is atomic does not help. Taking the lock between the change and the wake does.`,
	Requires: []*analysis.Analyzer{collect},
	Run:      runLock,
}

// lockCheck walks the functions that are entered without a lock: what is exported and not
// called from here, what a go statement or a timer starts, main and init; and what
// those call while they hold none.
type lockCheck struct {
	*conds
	pass     *analysis.Pass
	operands map[*types.Var]map[*types.Var]bool // what the waiters of a Cond look at
	queued   map[ast.Node]bool
	queue    []ast.Node
	reported map[token.Pos]bool
}

func runLock(pass *analysis.Pass) (any, error) {
	l := &lockCheck{
		conds:    pass.ResultOf[collect].(*conds),
		pass:     pass,
		operands: map[*types.Var]map[*types.Var]bool{},
		queued:   map[ast.Node]bool{},
		reported: map[token.Pos]bool{},
	}
	for _, w := range l.calls {
		if w.waits() && w.of != nil {
			l.readOperands(w)
		}
	}
	if len(l.operands) == 0 {
		return nil, nil
	}
	l.findRoots()
	for len(l.queue) > 0 {
		fn := l.queue[0]
		l.queue = l.queue[1:]
		w := flow{check: l}
		w.list(body(fn).List, held{})
	}
	return nil, nil
}

// readOperands notes which variables the loop around w looks at: in its head, and in the ifs that
// stand in its body. A method of this package that the head calls is read too.
func (l *lockCheck) readOperands(w *call) {
	set := l.operands[w.of]
	if set == nil {
		set = map[*types.Var]bool{}
		l.operands[w.of] = set
	}
	depth := 0
	var read func(n ast.Node)
	read = func(n ast.Node) {
		if n == nil {
			return
		}
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if v := l.variable(n); v != nil && v.IsField() {
					set[v] = true
				}
			case *ast.Ident:
				if v, ok := l.info.Uses[n].(*types.Var); ok && !v.IsField() && v.Kind() != types.ParamVar && v.Kind() != types.RecvVar {
					set[v] = true
				}
			case *ast.CallExpr:
				if f := typeutil.StaticCallee(l.info, n); f != nil && l.bodies[f.Origin()] != nil && depth == 0 {
					depth++
					if b := l.bodies[f.Origin()].Body; b != nil && len(b.List) == 1 {
						read(b)
					}
					depth--
				}
			}
			return true
		})
	}
	stmt, ok := loop(w.cursor).(*ast.ForStmt)
	if !ok {
		return
	}
	if stmt.Cond != nil {
		read(stmt.Cond)
	}
	for _, s := range stmt.Body.List {
		if s, ok := s.(*ast.IfStmt); ok {
			read(s.Cond)
		}
	}
	delete(set, w.of)
}

var aboutLocks = regexp.MustCompile(`(?i)lock|\bheld\b|\bholds?\b|mutex`)

// findRoots queues the functions that are surely entered without the lock.
func (l *lockCheck) findRoots() {
	for f, decl := range l.bodies {
		switch {
		case decl.Body == nil || l.escaped[f] || len(l.callers[f]) > 0:
		case f.Signature().Recv() == nil && (f.Name() == "main" || f.Name() == "init"),
			f.Exported() && exportedReceiver(f):
			l.enter(f)
		}
	}
	for cur := range l.root.Preorder((*ast.GoStmt)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.GoStmt:
			if lit, ok := n.Call.Fun.(*ast.FuncLit); ok {
				l.enqueue(lit, lit.Body)
			} else if f := typeutil.StaticCallee(l.info, n.Call); f != nil {
				l.enter(f.Origin())
			}
		case *ast.CallExpr:
			if afterFunc(l.info, n) {
				if lit, ok := n.Args[1].(*ast.FuncLit); ok {
					l.enqueue(lit, lit.Body)
				}
			}
		}
	}
}

func exportedReceiver(f *types.Func) bool {
	r := f.Signature().Recv()
	if r == nil {
		return true
	}
	t := r.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Exported()
}

// enter queues f, unless its name or its documentation says something about a lock.
func (l *lockCheck) enter(f *types.Func) {
	decl := l.bodies[f]
	if decl == nil || decl.Body == nil || aboutLocks.MatchString(decl.Name.Name) || aboutLocks.MatchString(decl.Doc.Text()) {
		return
	}
	l.enqueue(decl, decl.Body)
}

// enqueue queues fn, unless it unlocks what it has not locked: then the lock was handed to it.
func (l *lockCheck) enqueue(fn ast.Node, b *ast.BlockStmt) {
	if l.queued[fn] {
		return
	}
	l.queued[fn] = true
	taken, handed := map[string]bool{}, false
	inspectOwn(b, func(n ast.Node) bool {
		if x, name, ok := methodCall(n); ok {
			switch name {
			case "Lock", "RLock", "TryLock", "TryRLock":
				taken[types.ExprString(x)] = true
			case "Unlock", "RUnlock":
				handed = handed || !taken[types.ExprString(x)]
			}
		}
		return true
	})
	if !handed {
		l.queue = append(l.queue, fn)
	}
}

// change notes an assignment to e, if waiters of some Cond look at it.
func (l *lockCheck) change(e ast.Expr, at ast.Node, atomic bool) (pending, bool) {
	v := l.variable(indexed(e))
	if v == nil || l.fresh(l.base(e)) {
		return pending{}, false
	}
	for _, set := range l.operands {
		if set[v] {
			return pending{node: at, what: v, base: l.base(e), atomic: atomic}, true
		}
	}
	return pending{}, false
}

// indexed is x for x[i].
func indexed(e ast.Expr) ast.Expr {
	for {
		i, ok := ast.Unparen(e).(*ast.IndexExpr)
		if !ok {
			return e
		}
		e = i.X
	}
}

// fresh says whether v was made where it is declared: nobody else knows it yet.
func (l *lockCheck) fresh(v *types.Var) bool {
	if v == nil || v.IsField() || v.Kind() == types.PackageVar {
		return false
	}
	switch init := ast.Unparen(l.inits[v]).(type) {
	case *ast.UnaryExpr:
		_, lit := init.X.(*ast.CompositeLit)
		return lit
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		id, ok := init.Fun.(*ast.Ident)
		return ok && id.Name == "new"
	}
	return false
}

// woken reports what was changed before the wake s and concerns its waiters.
func (l *lockCheck) woken(s *call, changes []pending) {
	for _, p := range changes {
		if !l.operands[s.of][p.what] || p.base != l.base(s.cond) && p.what.IsField() || l.reported[p.node.Pos()] {
			continue
		}
		l.reported[p.node.Pos()] = true
		why := "take the lock around it"
		if p.atomic {
			why = "that it is atomic does not help; take the lock around it, or between it and " + s.method
		}
		d := at(p.node, "%s is changed without the lock before %s: a waiter that has looked at it and not yet slept misses the wake; %s", p.what.Name(), s.method, why)
		d.Related = []analysis.RelatedInformation{{Pos: s.node.Pos(), End: s.node.End(), Message: s.method + " is here"}}
		report(l.pass, d)
	}
}

func (l *lockCheck) callAt(n *ast.CallExpr) *call {
	for _, c := range l.calls {
		if c.node == n {
			return c
		}
	}
	return nil
}
