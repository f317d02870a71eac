package softfutex

import "syscall"

// The operations of WakeOp, and its comparisons. An operation may have OpShift added: then its
// operand is 1 shifted by the given one.
const (
	OpSet  = 0 // the operand
	OpAdd  = 1 // the sum
	OpOr   = 2
	OpAndn = 3 // and not
	OpXor  = 4

	OpShift = 8

	CmpEq = 0
	CmpNe = 1
	CmpLt = 2
	CmpLe = 3
	CmpGt = 4
	CmpGe = 5
)

// EncodeOp returns the op of WakeOp that does op with oparg, and compares what the word was
// by cmp with cmparg. The operands have 12 bits, with a sign: from -2048 to 2047.
func EncodeOp(op, oparg, cmp, cmparg int) uint32 {
	return uint32(op&15)<<28 | uint32(cmp&15)<<24 | uint32(oparg&4095)<<12 | uint32(cmparg&4095)
}

// apply does op on the word, in one atomic step, and returns its comparison. As in the
// kernel, an unknown operation does nothing, an unknown comparison does not undo the operation,
// and too far a shift counts modulo 32.
func apply(t Target, addr Addr, op uint32) (bool, error) {
	arg := uint32(int32(op<<8) >> 20)
	if op>>28&OpShift != 0 {
		arg = 1 << (arg & 31)
	}
	was, err := update(t, addr, op>>28&^OpShift, arg)
	if err != nil {
		return false, err
	}
	old, than := int32(was), int32(op<<20)>>20
	switch op >> 24 & 15 {
	case CmpEq:
		return old == than, nil
	case CmpNe:
		return old != than, nil
	case CmpLt:
		return old < than, nil
	case CmpLe:
		return old <= than, nil
	case CmpGt:
		return old > than, nil
	case CmpGe:
		return old >= than, nil
	}
	return false, syscall.ENOSYS
}

// update does op on the word and returns what it was.
func update(t Target, addr Addr, op, arg uint32) (uint32, error) {
	if op == OpSet {
		return t.SwapUint32(addr, arg)
	}
	if op > OpXor {
		return 0, syscall.ENOSYS
	}
	was, err := t.LoadUint32(addr)
	for err == nil {
		old := was
		if was, err = t.CompareAndSwapUint32(addr, old, result(op, old, arg)); was == old {
			break
		}
	}
	return was, err
}

func result(op, old, arg uint32) uint32 {
	switch op {
	case OpAdd:
		return old + arg
	case OpOr:
		return old | arg
	case OpAndn:
		return old &^ arg
	}
	return old ^ arg
}
