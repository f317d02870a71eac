package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// Signal finds Signals that may wake the wrong waiter.
var Signal = &analysis.Analyzer{
	Name: "condsignal",
	Doc: `report Signal where waiters' conditions differ

Signal wakes one waiter. If it wakes one whose condition is still false, that one sleeps
again, and the one whose condition became true is not woken. Conditions differ here
if each has a part, between its &&, that the other has not.`,
	Requires: []*analysis.Analyzer{collect},
	Run:      runSignal,
}

// waitLoop is a `for condition { cond.Wait() }`.
type waitLoop struct {
	pos   token.Pos
	text  string
	parts map[string]bool
}

func runSignal(pass *analysis.Pass) (any, error) {
	c := pass.ResultOf[collect].(*conds)
	loops := c.waitLoops()
	for _, s := range c.calls {
		if s.method != "Signal" || s.of == nil {
			continue
		}
		a, b, found := differing(loops[s.of])
		if !found {
			continue
		}
		d := at(s.node, "Signal wakes one waiter, and those of %s wait for different things (%s on line %d, %s on line %d): it may wake the wrong one; use Broadcast, or one Cond for each condition",
			s.of.Name(), a.text, pass.Fset.Position(a.pos).Line, b.text, pass.Fset.Position(b.pos).Line)
		for _, l := range loops[s.of] {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: l.pos, Message: "waits while " + l.text})
		}
		report(pass, d)
	}
	return nil, nil
}

// waitLoops are the loops that say in their head what they wait for, by Cond, in the source's order.
func (c *conds) waitLoops() map[*types.Var][]waitLoop {
	loops := map[*types.Var][]waitLoop{}
	for _, w := range c.calls {
		l, ok := loop(w.cursor).(*ast.ForStmt)
		if !w.waits() || w.of == nil || !ok || l.Cond == nil {
			continue
		}
		parts := map[string]bool{}
		for _, p := range conjuncts(l.Cond) {
			parts[c.canon(p)] = true
		}
		loops[w.of] = append(loops[w.of], waitLoop{l.Pos(), types.ExprString(l.Cond), parts})
	}
	for _, ls := range loops {
		slices.SortFunc(ls, func(a, b waitLoop) int { return cmp.Compare(a.pos, b.pos) })
	}
	return loops
}

// differing finds two loops of which neither waits for all that the other does.
func differing(loops []waitLoop) (a, b waitLoop, found bool) {
	for i, a := range loops {
		for _, b := range loops[i+1:] {
			if !includes(a.parts, b.parts) && !includes(b.parts, a.parts) {
				return a, b, true
			}
		}
	}
	return a, b, false
}

func includes(whole, part map[string]bool) bool {
	for p := range part {
		if !whole[p] {
			return false
		}
	}
	return true
}
