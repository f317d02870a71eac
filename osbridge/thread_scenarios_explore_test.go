//go:build explore

package osbridge_test

import "runtime"

// The scenarios of TestEveryThreadCall. Commas stand between callers, and "-then-" between the calls of one.
var threadScenarios = []struct {
	name  string
	beds  int  // with how many of threadBeds
	named bool // the thread has a name, so that it is told who calls on it; without, there is less to search
	stage func(*office)
	legal []string
}{
	{"do", 4, true, func(o *office) { o.caller("a", o.do("a")) }, []string{
		"a=nil thread=asleep ran=a",
	}},
	{"go", 4, true, func(o *office) { o.caller("a", o.send("a")) }, []string{
		"a=nil thread=asleep ran=a",
	}},

	// The order of the calls, and calls that are used again.
	{"do,do", 1, false, func(o *office) { o.caller("a", o.do("a")); o.caller("b", o.do("b")) }, []string{
		"a=nil b=nil thread=asleep ran=ab",
		"a=nil b=nil thread=asleep ran=ba",
	}},
	{"go,do", 1, false, func(o *office) { o.caller("a", o.send("a")); o.caller("b", o.do("b")) }, []string{
		"a=nil b=nil thread=asleep ran=ab",
		"a=nil b=nil thread=asleep ran=ba",
	}},
	{"go-then-do", 2, false, func(o *office) { o.caller("a", o.send("1"), o.do("2")) }, []string{
		"a=nil,nil thread=asleep ran=12",
	}},
	{"go-then-go,go", 1, false, func(o *office) { o.caller("a", o.send("1"), o.send("2")); o.caller("b", o.send("b")) }, []string{
		"a=nil,nil b=nil thread=asleep ran=12b",
		"a=nil,nil b=nil thread=asleep ran=1b2",
		"a=nil,nil b=nil thread=asleep ran=b12",
	}},
	{"do-then-do", 2, false, func(o *office) { o.caller("a", o.do("1"), o.do("2")) }, []string{
		"a=nil,nil thread=asleep ran=12",
	}},
	{"do-then-do-then-do", 1, false, func(o *office) { o.caller("a", o.do("1"), o.do("2"), o.do("3")) }, []string{
		"a=nil,nil,nil thread=asleep ran=123",
	}},

	// Cancellation: in line it does not run, running it is waited for.
	{"cancel", 4, false, func(o *office) { o.cancelled("a") }, []string{
		"a=cancelled thread=asleep ran=",
		"a=nil thread=asleep ran=a",
	}},
	{"cancel-then-do", 1, false, func(o *office) { o.cancelled("1", o.do("2")) }, []string{
		"1=cancelled,nil thread=asleep ran=2",
		"1=nil,nil thread=asleep ran=12",
	}},
	{"cancel,go", 1, false, func(o *office) { o.cancelled("a"); o.caller("b", o.send("b")) }, []string{
		"a=cancelled b=nil thread=asleep ran=b",
		"a=nil b=nil thread=asleep ran=ab",
		"a=nil b=nil thread=asleep ran=ba",
	}},
	{"cancel,do", 1, false, func(o *office) { o.cancelled("a"); o.caller("b", o.do("b")) }, []string{
		"a=cancelled b=nil thread=asleep ran=b",
		"a=nil b=nil thread=asleep ran=ab",
		"a=nil b=nil thread=asleep ran=ba",
	}},

	// Close: what is in line runs, what comes later is refused.
	{"do,close", 2, false, func(o *office) { o.caller("a", o.do("a")); o.close("x") }, []string{
		"a=closed x=nil thread=ended ran=",
		"a=nil x=nil thread=ended ran=a",
	}},
	{"go,close", 3, false, func(o *office) { o.caller("a", o.send("a")); o.close("x") }, []string{
		"a=closed x=nil thread=ended ran=",
		"a=nil x=nil thread=ended ran=a",
	}},
	{"go,go,close", 1, false, func(o *office) { o.caller("a", o.send("a")); o.caller("b", o.send("b")); o.close("x") }, []string{
		"a=closed b=closed x=nil thread=ended ran=",
		"a=closed b=nil x=nil thread=ended ran=b",
		"a=nil b=closed x=nil thread=ended ran=a",
		"a=nil b=nil x=nil thread=ended ran=ab",
		"a=nil b=nil x=nil thread=ended ran=ba",
	}},
	{"close,close", 4, false, func(o *office) { o.close("x"); o.close("y") }, []string{
		"x=closed y=nil thread=ended ran=",
		"x=nil y=closed thread=ended ran=",
	}},
	{"go,close,close", 1, false, func(o *office) { o.caller("a", o.send("a")); o.close("x"); o.close("y") }, []string{
		"a=closed x=closed y=nil thread=ended ran=",
		"a=closed x=nil y=closed thread=ended ran=",
		"a=nil x=closed y=nil thread=ended ran=a",
		"a=nil x=nil y=closed thread=ended ran=a",
	}},
	{"do,close,close", 1, false, func(o *office) { o.caller("a", o.do("a")); o.close("x"); o.close("y") }, []string{
		"a=closed x=closed y=nil thread=ended ran=",
		"a=closed x=nil y=closed thread=ended ran=",
		"a=nil x=closed y=nil thread=ended ran=a",
		"a=nil x=nil y=closed thread=ended ran=a",
	}},
	{"cancel,close", 1, false, func(o *office) { o.cancelled("a"); o.close("x") }, []string{
		"a=cancelled x=nil thread=ended ran=",
		"a=closed x=nil thread=ended ran=",
		"a=nil x=nil thread=ended ran=a",
	}},

	// Functions that leave otherwise than by returning. After each the thread serves on.
	{"do-exits", 4, false, func(o *office) { o.caller("a", o.do("a", runtime.Goexit)) }, []string{
		"a=exited thread=asleep ran=a",
	}},
	{"do-exits,go", 1, false, func(o *office) { o.caller("a", o.do("a", runtime.Goexit)); o.caller("b", o.send("b")) }, []string{
		"a=exited b=nil thread=asleep ran=ab",
		"a=exited b=nil thread=asleep ran=ba",
	}},
	{"go-exits,close", 1, false, func(o *office) { o.caller("a", o.send("a", runtime.Goexit)); o.close("x") }, []string{
		"a=closed x=nil thread=ended ran=",
		"a=nil x=nil thread=ended ran=a",
	}},
	{"do-panics,go", 1, false, func(o *office) { o.caller("a", o.do("a", boom)); o.caller("b", o.send("b")) }, []string{
		"a=boom b=nil thread=asleep ran=ab",
		"a=boom b=nil thread=asleep ran=ba",
	}},
	{"do-panics-then-do", 2, false, func(o *office) { o.caller("a", o.do("1", boom), o.do("2")) }, []string{
		"a=boom,nil thread=asleep ran=12",
	}},
	{"do-exits-and-panics,go", 1, false, func(o *office) { o.caller("a", o.do("a", exitsBoom)); o.caller("b", o.send("b")) }, []string{
		"a=boom b=nil thread=asleep ran=ab",
		"a=boom b=nil thread=asleep ran=ba",
	}},

	// Functions that call their own thread.
	{"do-reenters", 4, true, func(o *office) { o.caller("a", o.do("a", o.reenters)) }, []string{
		"a=nil thread=asleep ran=a(reentrant)",
	}},
	{"do-reenters-and-goes", 1, true, func(o *office) {
		o.caller("a", o.do("a", o.reenters, func() { o.send("b")() }))
	}, []string{
		"a=nil thread=asleep ran=a(reentrant)b",
	}},
	{"do-closes,go", 1, true, func(o *office) { o.caller("a", o.do("a", o.closes)); o.caller("b", o.send("b")) }, []string{
		"a=nil b=closed thread=ended ran=a",
		"a=nil b=nil thread=ended ran=ab",
		"a=nil b=nil thread=ended ran=ba",
	}},
	{"do-closes,close", 1, true, func(o *office) { o.caller("a", o.do("a", o.closes)); o.close("x") }, []string{
		"a=closed x=nil thread=ended ran=",
		"a=nil x=closed thread=ended ran=a",
		"a=nil x=nil thread=ended ran=a",
	}},
}
