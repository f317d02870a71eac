//go:build !explore

package park

import (
	"context"
	"runtime"
	"time"
)

// This file and its twin channel_explore.go are the seam between a sleeper and
// its channel. Here it is nothing: what it has is inlined away, and the receive
// of a wait stands in the wait itself.

// Kick leaves a token for the sleeper. It never blocks.
func (s Sleeper) Kick() {
	select {
	case s.ch <- struct{}{}:
	default: // One is there; whoever takes it will look after our change.
	}
}

// Drain takes a token from c, a sleeper's channel, if one is there.
func Drain(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Left reports whether a token is in c, a sleeper's channel.
func Left(c <-chan struct{}) bool { return len(c) > 0 }

// Yield lets others run. It is called by who met a lock that is held for a few
// instructions only.
func Yield() { runtime.Gosched() }

// one is said of a channel that is about to be received from.
func one(c <-chan struct{}) <-chan struct{} { return c }

// either is said of two channels that are about to be selected from.
func either[T any](c <-chan struct{}, done <-chan T) (<-chan struct{}, <-chan T) { return c, done }

// AfterDone asks ctx to call f, in a goroutine of its own, when it is done.
func AfterDone(ctx context.Context, f func()) (stop func() bool) { return context.AfterFunc(ctx, f) }

func newTimer(d time.Duration) *time.Timer { return time.NewTimer(d) }
