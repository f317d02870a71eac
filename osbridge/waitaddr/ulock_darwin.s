//go:build !(waitaddr_portable || explore)

#include "textflag.h"

TEXT ulockWait2Trampoline<>(SB), NOSPLIT, $0-0
	JMP	libc_ulock_wait2(SB)
GLOBL	·ulockWait2(SB), RODATA, $8
DATA	·ulockWait2(SB)/8, $ulockWait2Trampoline<>(SB)

TEXT ulockWakeTrampoline<>(SB), NOSPLIT, $0-0
	JMP	libc_ulock_wake(SB)
GLOBL	·ulockWake(SB), RODATA, $8
DATA	·ulockWake(SB)/8, $ulockWakeTrampoline<>(SB)
