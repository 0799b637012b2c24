package box

import (
	"slices"
	"strconv"

	"github.com/yuin/gopher-lua/ast"
)

// Before it is compiled, a source is checked against what would make the compiler slow or its result wrong, and two things are written
// differently:
//   - a .. b .. c becomes a call of a bounded concatenation, because the instruction for it cannot be metered;
//   - a, b = b, a goes through temporaries, because gopher-lua gets it wrong on locals (yuin/gopher-lua#440).
//
// Names that begin with NUL are ours: no source can spell them.
const (
	catName = "\x00cat" // the parameter of the whole script that holds the concatenation
	tmpName = "\x00tmp"
)

// rewriter walks one source.
type rewriter struct {
	script    *script
	depth     int
	functions int
	fn        *scope
}

// scope counts what one function has.
type scope struct {
	outer     *scope
	constants map[string]struct{}
	level     int // the whole script is 1
	labels    int
	gotos     int
	temps     int
}

// refused ends the walk.
type refused struct{ fault *Error }

// rewrite gives the statements of a chunk that returns the script as one function of the concatenation.
func rewrite(s *script, chunk []ast.Stmt) (out []ast.Stmt, fault *Error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case refused:
			out, fault = nil, p.fault
		default:
			panic(p)
		}
	}()
	w := &rewriter{script: s}
	main := &ast.FunctionExpr{ParList: &ast.ParList{Names: []string{catName}, HasVargs: true}, Stmts: chunk}
	main.SetLine(1)
	main.SetLastLine(1)
	if n := len(chunk); n > 0 {
		main.SetLastLine(max(1, chunk[n-1].LastLine(), chunk[n-1].Line()))
	}
	w.function(main)
	back := &ast.ReturnStmt{Exprs: []ast.Expr{main}}
	back.SetLine(1)
	return []ast.Stmt{back}, nil
}

func (w *rewriter) refuse(at ast.PositionHolder, limit, format string, args ...any) {
	panic(refused{errorAt(w.script, at.Line(), limit, format, args...)})
}

// enter goes one level deeper; the caller leaves it with w.depth--.
func (w *rewriter) enter(at ast.PositionHolder) {
	if w.depth++; w.depth > MaxNesting {
		w.refuse(at, LimitSource, "blocks and expressions are nested more than %d levels deep", MaxNesting)
	}
}

// constant counts a constant of the function; kind keeps texts, names and numbers apart.
func (w *rewriter) constant(at ast.PositionHolder, kind, value string) {
	w.fn.constants[kind+value] = struct{}{}
	if len(w.fn.constants) > MaxConstants {
		w.refuse(at, LimitSource, "a function has more than %d different constants", MaxConstants)
	}
}

func (w *rewriter) function(f *ast.FunctionExpr) {
	w.enter(f)
	if w.functions++; w.functions > MaxFunctions {
		w.refuse(f, LimitSource, "the script has more than %d functions", MaxFunctions)
	}
	w.fn = &scope{outer: w.fn, constants: map[string]struct{}{}, level: 1}
	if w.fn.outer != nil {
		w.fn.level += w.fn.outer.level
	}
	if w.fn.level > MaxFunctionNesting {
		w.refuse(f, LimitSource, "functions are nested more than %d levels deep", MaxFunctionNesting-1)
	}
	w.block(f.Stmts)
	w.fn = w.fn.outer
	w.depth--
}

func (w *rewriter) block(stmts []ast.Stmt) {
	for i, s := range stmts {
		stmts[i] = w.statement(s)
	}
}

func (w *rewriter) statement(s ast.Stmt) ast.Stmt {
	w.enter(s)
	defer func() { w.depth-- }()
	switch s := s.(type) {
	case *ast.AssignStmt:
		w.list(s.Lhs)
		w.list(s.Rhs)
		if len(s.Lhs) > 1 || len(s.Rhs) > 1 {
			return w.assignments(s)
		}
	case *ast.LocalAssignStmt:
		w.list(s.Exprs)
	case *ast.FuncCallStmt:
		s.Expr = w.expression(s.Expr)
	case *ast.DoBlockStmt:
		w.block(s.Stmts)
	case *ast.WhileStmt:
		s.Condition = w.expression(s.Condition)
		w.block(s.Stmts)
	case *ast.RepeatStmt:
		w.block(s.Stmts)
		s.Condition = w.expression(s.Condition)
	case *ast.IfStmt:
		s.Condition = w.expression(s.Condition)
		w.block(s.Then)
		w.block(s.Else)
	case *ast.NumberForStmt:
		s.Init, s.Limit = w.expression(s.Init), w.expression(s.Limit)
		if s.Step != nil {
			s.Step = w.expression(s.Step)
		}
		w.block(s.Stmts)
	case *ast.GenericForStmt:
		w.list(s.Exprs)
		w.block(s.Stmts)
	case *ast.FuncDefStmt:
		if s.Name.Func != nil {
			s.Name.Func = w.expression(s.Name.Func)
		} else {
			s.Name.Receiver = w.expression(s.Name.Receiver)
			w.constant(s, "s", s.Name.Method)
		}
		w.function(s.Func)
	case *ast.ReturnStmt:
		w.list(s.Exprs)
	case *ast.LabelStmt:
		if w.fn.labels++; w.fn.labels > MaxLabels {
			w.refuse(s, LimitSource, "a function has more than %d labels", MaxLabels)
		}
	case *ast.GotoStmt:
		if w.fn.gotos++; w.fn.gotos > MaxLabels {
			w.refuse(s, LimitSource, "a function has more than %d gotos", MaxLabels)
		}
	}
	return s
}

// assignments writes a.x, b = f(), g() as
//
//	do local o, k, v1, v2 = a, "x", f(), g() ... b = v2; o[k] = v1 end
//
// with the objects and keys of the left side evaluated first, and assigned from the last to the first, as Lua does.
func (w *rewriter) assignments(s *ast.AssignStmt) ast.Stmt {
	var stmts []ast.Stmt
	fresh := func() string {
		w.fn.temps++
		return tmpName + strconv.Itoa(w.fn.temps)
	}
	local := func(names []string, exprs []ast.Expr) {
		l := &ast.LocalAssignStmt{Names: names, Exprs: exprs}
		l.SetLine(s.Line())
		stmts = append(stmts, l)
	}
	ident := func(name string) ast.Expr {
		e := &ast.IdentExpr{Value: name}
		e.SetLine(s.Line())
		return e
	}
	targets := make([]ast.Expr, len(s.Lhs))
	for i, target := range s.Lhs {
		targets[i] = target
		get, ok := target.(*ast.AttrGetExpr)
		if !ok {
			continue
		}
		held := &ast.AttrGetExpr{Object: w.hold(get.Object, fresh, local, ident), Key: get.Key}
		if _, constant := get.Key.(*ast.StringExpr); !constant {
			held.Key = w.hold(get.Key, fresh, local, ident)
		}
		held.SetLine(get.Line())
		targets[i] = held
	}
	values := make([]string, len(s.Lhs))
	for i := range values {
		values[i] = fresh()
	}
	local(values, s.Rhs)
	for i := len(targets) - 1; i >= 0; i-- {
		a := &ast.AssignStmt{Lhs: targets[i : i+1], Rhs: []ast.Expr{ident(values[i])}}
		a.SetLine(s.Line())
		stmts = append(stmts, a)
	}
	do := &ast.DoBlockStmt{Stmts: stmts}
	do.SetLine(s.Line())
	do.SetLastLine(s.Line())
	return do
}

// hold keeps the value of an expression in a temporary.
func (w *rewriter) hold(e ast.Expr, fresh func() string, local func([]string, []ast.Expr), ident func(string) ast.Expr) ast.Expr {
	name := fresh()
	local([]string{name}, []ast.Expr{e})
	return ident(name)
}

func (w *rewriter) list(exprs []ast.Expr) {
	for i, e := range exprs {
		exprs[i] = w.expression(e)
	}
}

func (w *rewriter) expression(e ast.Expr) ast.Expr {
	w.enter(e)
	defer func() { w.depth-- }()
	switch e := e.(type) {
	case *ast.NumberExpr:
		f, ok := parseNumber(e.Value)
		if !ok {
			w.refuse(e, "", "malformed number near '%s'", shorten(e.Value, 40))
		}
		e.Value = strconv.FormatFloat(f, 'g', -1, 64) // gopher-lua would read 0010 as octal
		w.constant(e, "n", e.Value)
	case *ast.StringExpr:
		w.constant(e, "s", e.Value)
	case *ast.IdentExpr:
		w.constant(e, "s", e.Value)
	case *ast.AttrGetExpr:
		e.Object, e.Key = w.expression(e.Object), w.expression(e.Key)
	case *ast.TableExpr:
		for _, f := range e.Fields {
			if f.Key != nil {
				f.Key = w.expression(f.Key)
			}
			f.Value = w.expression(f.Value)
		}
	case *ast.FuncCallExpr:
		if e.Func != nil {
			e.Func = w.expression(e.Func)
		} else {
			e.Receiver = w.expression(e.Receiver)
			w.constant(e, "s", e.Method)
		}
		w.list(e.Args)
	case *ast.LogicalOpExpr:
		e.Lhs, e.Rhs = w.expression(e.Lhs), w.expression(e.Rhs)
	case *ast.RelationalOpExpr:
		e.Lhs, e.Rhs = w.expression(e.Lhs), w.expression(e.Rhs)
	case *ast.ArithmeticOpExpr:
		e.Lhs, e.Rhs = w.expression(e.Lhs), w.expression(e.Rhs)
	case *ast.UnaryMinusOpExpr:
		e.Expr = w.expression(e.Expr)
	case *ast.UnaryNotOpExpr:
		e.Expr = w.expression(e.Expr)
	case *ast.UnaryLenOpExpr:
		e.Expr = w.expression(e.Expr)
	case *ast.StringConcatOpExpr:
		return w.concatenation(e)
	case *ast.FunctionExpr:
		w.function(e)
	}
	return e
}

// concatenation makes one call of a whole chain, which groups to the right.
func (w *rewriter) concatenation(e *ast.StringConcatOpExpr) ast.Expr {
	var parts []ast.Expr
	var rest ast.Expr = e
	for {
		c, ok := rest.(*ast.StringConcatOpExpr)
		if !ok {
			parts = append(parts, w.single(rest))
			break
		}
		parts = append(parts, w.single(c.Lhs))
		rest = c.Rhs
	}
	for len(parts) > maxParts { // a call has a register for each argument
		var joined []ast.Expr
		for group := range slices.Chunk(parts, maxParts) {
			joined = append(joined, catCall(e, group))
		}
		parts = joined
	}
	return catCall(e, parts)
}

// maxParts is how many texts one call of the concatenation joins.
const maxParts = 50

func catCall(at ast.PositionHolder, parts []ast.Expr) ast.Expr {
	cat := &ast.IdentExpr{Value: catName}
	cat.SetLine(at.Line())
	made := &ast.FuncCallExpr{Func: cat, Args: parts, AdjustRet: true}
	made.SetLine(at.Line())
	return made
}

// single is an operand: one value, whatever a call gives.
func (w *rewriter) single(e ast.Expr) ast.Expr {
	e = w.expression(e)
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		e.AdjustRet = true
	case *ast.Comma3Expr:
		e.AdjustRet = true
	}
	return e
}
