//go:build !(waitaddr_portable || explore) && (amd64 || arm64 || riscv64)

#include "textflag.h"

TEXT futexTrampoline<>(SB), NOSPLIT, $0-0
	JMP	libc_futex(SB)
GLOBL	·futex(SB), RODATA, $8
DATA	·futex(SB)/8, $futexTrampoline<>(SB)
