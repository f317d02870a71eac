package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// held is what may be so at a point of a function: locks that may be held (their
// expressions), and changes that no lock covered. Where ways meet it is the union, so that
// a lock which is held on one way only counts as held: the check is silent there.
type held struct {
	locks   map[string]bool
	changes []pending
	dead    bool // no way leads here
}

// pending is a change made while no lock was held.
type pending struct {
	node   ast.Node
	what   *types.Var
	base   *types.Var
	atomic bool
}

func (h held) copy() held {
	return held{maps.Clone(h.locks), slices.Clone(h.changes), h.dead}
}

func join(a, b held) held {
	if a.dead {
		return b.copy()
	}
	if b.dead {
		return a.copy()
	}
	j := a.copy()
	if j.locks == nil {
		j.locks = map[string]bool{}
	}
	maps.Copy(j.locks, b.locks)
	for _, p := range b.changes {
		if !slices.Contains(j.changes, p) {
			j.changes = append(j.changes, p)
		}
	}
	return j
}

func (h *held) lock(name string) {
	if h.locks == nil {
		h.locks = map[string]bool{}
	}
	h.locks[name] = true
	h.changes = nil // whoever looks after this sees them, and whoever looked before it is registered
}

// unsure stands for a lock that some other function may have taken.
const unsure = "?"

// flow walks the statements of one function in their order.
type flow struct {
	check  *lockCheck
	leaves []*held // one for each statement that can be left by break or continue: where those lead
	quiet  int     // the first turn of a loop: only to know what may be held at its second
}

func (f *flow) list(stmts []ast.Stmt, h held) held {
	for _, s := range stmts {
		h = f.stmt(s, h)
	}
	return h
}

func (f *flow) stmt(s ast.Stmt, h held) held {
	switch s := s.(type) {
	case *ast.BlockStmt:
		return f.list(s.List, h)
	case *ast.LabeledStmt:
		return f.stmt(s.Stmt, h)
	case *ast.ExprStmt:
		return f.expr(s.X, h)
	case *ast.AssignStmt:
		for _, e := range s.Rhs {
			h = f.expr(e, h)
		}
		for _, e := range s.Lhs {
			if s.Tok != token.DEFINE {
				h = f.changed(e, s, false, h)
			}
		}
	case *ast.IncDecStmt:
		return f.changed(s.X, s, false, h)
	case *ast.IfStmt:
		if s.Init != nil {
			h = f.stmt(s.Init, h)
		}
		h = f.expr(s.Cond, h)
		then, other := f.stmt(s.Body, h.copy()), h.copy()
		if s.Else != nil {
			other = f.stmt(s.Else, other)
		}
		return join(then, other)
	case *ast.ForStmt:
		if s.Init != nil {
			h = f.stmt(s.Init, h)
		}
		return f.loop(h, s.Cond != nil, func(h held) held {
			if s.Cond != nil {
				h = f.expr(s.Cond, h)
			}
			h = f.stmt(s.Body, h)
			if s.Post != nil {
				h = f.stmt(s.Post, h)
			}
			return h
		})
	case *ast.RangeStmt:
		h = f.expr(s.X, h)
		return f.loop(h, true, func(h held) held { return f.stmt(s.Body, h) })
	case *ast.SwitchStmt:
		if s.Init != nil {
			h = f.stmt(s.Init, h)
		}
		if s.Tag != nil {
			h = f.expr(s.Tag, h)
		}
		return f.clauses(s.Body, h)
	case *ast.TypeSwitchStmt:
		return f.clauses(s.Body, h)
	case *ast.SelectStmt:
		return f.clauses(s.Body, h)
	case *ast.SendStmt:
		return f.expr(s.Value, h)
	case *ast.ReturnStmt:
		for _, e := range s.Results {
			h = f.expr(e, h)
		}
		h.dead = true
	case *ast.BranchStmt:
		for _, l := range f.leaves { // which of them does not matter: more is held, less is said
			*l = join(*l, h)
		}
		h.dead = s.Tok != token.FALLTHROUGH
	case *ast.DeclStmt, *ast.DeferStmt, *ast.GoStmt, *ast.EmptyStmt:
	}
	return h
}

func (f *flow) leave(run func() held) (end, left held) {
	left = held{dead: true}
	f.leaves = append(f.leaves, &left)
	end = run()
	f.leaves = f.leaves[:len(f.leaves)-1]
	return end, left
}

func (f *flow) loop(h held, mayEnd bool, turn func(held) held) held {
	f.quiet++
	end, left := f.leave(func() held { return turn(h.copy()) })
	f.quiet--
	again := join(h, join(end, left))
	end, left = f.leave(func() held { return turn(again.copy()) })
	if mayEnd {
		left = join(left, join(again, end))
	}
	return left
}

func (f *flow) clauses(b *ast.BlockStmt, h held) held {
	out := held{dead: true}
	exhaustive := false
	end, left := f.leave(func() held {
		for _, clause := range b.List {
			start := h.copy()
			switch clause := clause.(type) {
			case *ast.CaseClause:
				exhaustive = exhaustive || clause.List == nil
				for _, e := range clause.List {
					start = f.expr(e, start)
				}
				out = join(out, f.list(clause.Body, start))
			case *ast.CommClause:
				exhaustive = true
				if clause.Comm != nil {
					start = f.stmt(clause.Comm, start)
				}
				out = join(out, f.list(clause.Body, start))
			}
		}
		return out
	})
	if !exhaustive {
		end = join(end, h)
	}
	return join(end, left)
}

// expr walks the calls in e.
func (f *flow) expr(e ast.Expr, h held) held {
	var calls []*ast.CallExpr
	inspectOwn(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			calls = append(calls, call)
		}
		_, lit := n.(*ast.FuncLit)
		return !lit
	})
	slices.Reverse(calls) // arguments come before the call
	for _, call := range calls {
		h = f.call(call, h)
	}
	return h
}

func (f *flow) call(n *ast.CallExpr, h held) held {
	c := f.check
	if on := c.callAt(n); on != nil {
		if on.wakes() && len(h.locks) == 0 && !h.dead && f.quiet == 0 {
			c.woken(on, h.changes)
		}
		return h
	}
	x, name, isMethod := methodCall(n)
	if !isMethod {
		if id, ok := n.Fun.(*ast.Ident); ok {
			name = id.Name
		}
	}
	lower := strings.ToLower(name)
	switch {
	case isMethod && (name == "Lock" || name == "RLock"):
		h.lock(types.ExprString(x))
		return h
	case isMethod && (name == "Unlock" || name == "RUnlock"):
		delete(h.locks, types.ExprString(x))
		return h
	case strings.Contains(lower, "unlock"), strings.Contains(lower, "release"):
		delete(h.locks, unsure)
		return h
	case strings.Contains(lower, "lock"), strings.Contains(lower, "acquire"):
		h.lock(unsure)
		return h
	case lower == "panic" && !isMethod:
		h.dead = true
		return h
	}
	if target, ok := atomicChange(c.info, n); ok {
		return f.changed(target, n, true, h)
	}
	if callee := typeutil.StaticCallee(c.info, n); callee != nil && len(h.locks) == 0 && !h.dead && f.quiet == 0 {
		c.enter(callee.Origin())
	}
	return h
}

func (f *flow) changed(e ast.Expr, at ast.Node, atomic bool, h held) held {
	if len(h.locks) > 0 || h.dead {
		return h
	}
	if p, ok := f.check.change(e, at, atomic); ok && !slices.Contains(h.changes, p) {
		h.changes = append(h.changes, p)
	}
	return h
}

// atomicChange is what n changes if n is x.Store(...), atomic.StoreInt32(&x, ...) or the like.
func atomicChange(info *types.Info, n *ast.CallExpr) (ast.Expr, bool) {
	f := typeutil.StaticCallee(info, n)
	if f == nil || f.Pkg() == nil || !strings.HasSuffix(f.Pkg().Path(), "/atomic") {
		return nil, false
	}
	if strings.HasPrefix(f.Name(), "Load") || strings.HasPrefix(f.Name(), "New") {
		return nil, false
	}
	if f.Signature().Recv() != nil {
		return ast.Unparen(n.Fun).(*ast.SelectorExpr).X, true
	}
	if len(n.Args) > 0 {
		if u, ok := ast.Unparen(n.Args[0]).(*ast.UnaryExpr); ok && u.Op == token.AND {
			return u.X, true
		}
	}
	return nil, false
}
