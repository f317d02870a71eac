package check

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// collect is what all checks begin with.
var collect = &analysis.Analyzer{
	Name:       "conds",
	Doc:        "find the calls on condition variables",
	Requires:   []*analysis.Analyzer{inspect.Analyzer},
	ResultType: reflect.TypeFor[*conds](),
	Run:        runCollect,
}

// conds is what a package does with condition variables.
type conds struct {
	info    *types.Info
	root    inspector.Cursor
	calls   []*call
	callers map[*types.Func][]inspector.Cursor // the static calls of the package's own functions
	escaped map[*types.Func]bool               // functions that are used as values: not all their calls are known
	bodies  map[*types.Func]*ast.FuncDecl
	inits   map[*types.Var]ast.Expr // local variables that get one value, at their declaration
	changed map[*types.Var]bool     // variables that are assigned to after it, or whose address is taken
}

// call is a call of a method of a Cond.
type call struct {
	cursor inspector.Cursor
	node   *ast.CallExpr
	method string
	cond   ast.Expr   // what stands before the dot
	of     *types.Var // the variable or field that is, or holds, the Cond; nil if that is not clear
	std    bool       // it is a sync.Cond
}

func (c *call) waits() bool {
	return c.method == "Wait" || c.method == "WaitContext" || c.method == "WaitTimeout"
}

func (c *call) wakes() bool { return c.method == "Signal" || c.method == "Broadcast" }

func runCollect(pass *analysis.Pass) (any, error) {
	c := &conds{
		info:    pass.TypesInfo,
		root:    pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root(),
		callers: map[*types.Func][]inspector.Cursor{},
		escaped: map[*types.Func]bool{},
		bodies:  map[*types.Func]*ast.FuncDecl{},
		inits:   map[*types.Var]ast.Expr{},
		changed: map[*types.Var]bool{},
	}
	c.readVariables()
	for cur := range c.root.Preorder((*ast.Ident)(nil), (*ast.FuncDecl)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.FuncDecl:
			if f, ok := c.info.Defs[n.Name].(*types.Func); ok {
				c.bodies[f] = n
			}
		case *ast.Ident:
			if f, ok := c.info.Uses[n].(*types.Func); ok && f.Pkg() == pass.Pkg {
				if !isCallee(cur) {
					c.escaped[f.Origin()] = true
				}
			}
		case *ast.CallExpr:
			if f := typeutil.StaticCallee(c.info, n); f != nil && f.Pkg() == pass.Pkg {
				c.callers[f.Origin()] = append(c.callers[f.Origin()], cur)
			}
			if found := c.callOn(cur, n); found != nil {
				c.calls = append(c.calls, found)
			}
		}
	}
	return c, nil
}

// isCallee says whether the identifier is what a call calls: f() or x.f().
func isCallee(id inspector.Cursor) bool {
	cur := id
	if sel, ok := cur.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel == id.Node() {
		cur = cur.Parent()
	}
	for {
		switch p := cur.Parent().Node().(type) {
		case *ast.ParenExpr, *ast.IndexListExpr:
		case *ast.IndexExpr:
			if p.X != cur.Node() {
				return false
			}
		case *ast.CallExpr:
			return p.Fun == cur.Node()
		default:
			return false
		}
		cur = cur.Parent()
	}
}

// readVariables notes which variables keep the value that they are declared with.
func (c *conds) readVariables() {
	lose := func(e ast.Expr) {
		if v := c.variable(e); v != nil {
			c.changed[v] = true
		}
	}
	for cur := range c.root.Preorder((*ast.AssignStmt)(nil), (*ast.IncDecStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.ValueSpec)(nil), (*ast.RangeStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				id, _ := lhs.(*ast.Ident)
				if id == nil {
					continue
				}
				v, isNew := c.info.Defs[id].(*types.Var)
				if !isNew {
					lose(lhs)
				} else if len(n.Lhs) == len(n.Rhs) {
					c.inits[v] = n.Rhs[i]
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if v, ok := c.info.Defs[id].(*types.Var); ok && len(n.Names) == len(n.Values) {
					c.inits[v] = n.Values[i]
				}
			}
		case *ast.IncDecStmt:
			lose(n.X)
		case *ast.RangeStmt:
			if n.Key != nil {
				lose(n.Key)
			}
			if n.Value != nil {
				lose(n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op.String() == "&" {
				lose(n.X)
			}
		}
	}
}

// variable is the variable or field that e names, or nil.
func (c *conds) variable(e ast.Expr) *types.Var {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := c.info.ObjectOf(e).(*types.Var)
		return origin(v)
	case *ast.SelectorExpr:
		v, _ := c.info.ObjectOf(e.Sel).(*types.Var)
		return origin(v)
	case *ast.StarExpr:
		return c.variable(e.X)
	case *ast.UnaryExpr:
		return c.variable(e.X)
	}
	return nil
}

func origin(v *types.Var) *types.Var {
	if v == nil {
		return nil
	}
	return v.Origin()
}

// callOn is the call of a method of a Cond that n is, or nil.
func (c *conds) callOn(cur inspector.Cursor, n *ast.CallExpr) *call {
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	s := c.info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return nil
	}
	f := s.Obj().(*types.Func)
	kind := condKind(f.Signature().Recv().Type())
	if kind == notCond {
		return nil
	}
	found := &call{cursor: cur, node: n, method: f.Name(), cond: sel.X, std: kind == stdCond}
	if path := s.Index(); len(path) > 1 {
		found.of = embedded(s.Recv(), path[:len(path)-1])
	} else {
		found.of = c.holder(sel.X)
	}
	return found
}

// holder is the variable that a Cond is known by: for `cond := s.cond` it is the field. The
// Cond of a parameter may be anybody's, so that has none.
func (c *conds) holder(e ast.Expr) *types.Var {
	v := c.variable(e)
	if v == nil || v.IsField() || v.Kind() == types.PackageVar {
		return v
	}
	if init, ok := c.inits[v]; ok && !c.changed[v] {
		if of := c.variable(init); of != nil {
			return c.holder(init)
		}
	} else if v.Kind() == types.ParamVar || v.Kind() == types.RecvVar {
		return nil
	}
	return v
}

// embedded is the field at the end of a path through embedded fields.
func embedded(t types.Type, path []int) *types.Var {
	var field *types.Var
	for _, i := range path {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		field = st.Field(i)
		t = field.Type()
	}
	return field.Origin()
}

const (
	notCond = iota
	stdCond
	ourCond
)

// condKind says whether t is a Cond, or a pointer to one, and whose.
func condKind(t types.Type) int {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Name() != "Cond" || named.Obj().Pkg() == nil {
		return notCond
	}
	switch named.Obj().Pkg().Path() {
	case "sync":
		return stdCond
	case waitqueuePath:
		return ourCond
	}
	return notCond
}
