package subscribe

import (
	"context"
	"errors"
	"iter"

	"github.com/rouse-go/rouse"
)

// Do registers with src, calls act, and waits for a wake: one that act brings
// about is not missed, however fast it comes. If act fails, its error is
// returned at once; otherwise the outcomes are those of [Subscription.Wait]. If act
// fails, panics or calls runtime.Goexit, the registration is cancelled.
func Do(ctx context.Context, src Source, act func() error) error {
	mustHave(ctx)
	mustBe(src)
	if act == nil {
		panic("subscribe: nil act")
	}
	sub := src.Subscribe()
	defer sub.Cancel()
	if err := act(); err != nil {
		return err
	}
	return sub.Wait(ctx)
}

// Until blocks until cond returns true. It registers with src, then evaluates, then sleeps,
// and so again after each wake; cond runs on the caller's goroutine, under no lock.
//
//   - nil: cond was true.
//   - the context's error, the closed error, or another error of the source: as
//     [Subscription.Wait] returned it, cond being false. After a close, cond is
//     evaluated once more, and what is true by then counts.
//
// A wake that Until was given and did not need, because cond was true when it had
// registered, is handed on. If cond panics or calls runtime.Goexit, the
// registration is cancelled.
func Until(ctx context.Context, src Source, cond func() bool) error {
	mustHave(ctx)
	mustBe(src)
	if cond == nil {
		panic("subscribe: nil condition")
	}
	for {
		ok, err := once(ctx, src, cond)
		if ok {
			return nil
		}
		if err != nil {
			if errors.Is(err, rouse.ErrClosed) && cond() {
				return nil
			}
			return err
		}
	}
}

// once is one round of Until.
//
// [W1] Announce, then look: Subscribe comes before cond. Whoever makes cond true does
// it before the wake [W2]. If cond does not see it, the wake comes after
// Subscribe, and finds us registered.
func once(ctx context.Context, src Source, cond func() bool) (ok bool, err error) {
	sub := src.Subscribe()
	defer sub.Cancel()
	if cond() {
		return true, nil
	}
	return false, sub.Wait(ctx)
}

// UntilValue is [Until] for a poll that returns a value: it blocks until the
// second result is true, and returns the first. With an error the value is the zero value.
func UntilValue[T any](ctx context.Context, src Source, poll func() (T, bool)) (T, error) {
	if poll == nil {
		panic("subscribe: nil condition")
	}
	var v T
	err := Until(ctx, src, func() (ok bool) {
		v, ok = poll()
		return ok
	})
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// Events ranges over the wakes of src: 1, nil, then 2, nil, and so on, and last the number
// of wakes seen and the error that ended it: the context's, or the source's.
//
//	for n, err := range subscribe.Events(ctx, cell) {
//		if err != nil {
//			return err
//		}
//		...
//	}
//
// It is registered again before the body runs: what comes meanwhile is the next event.
// Wakes may merge, as everywhere: each event says that there was at least one. A wake
// that was delivered when the loop is left by break is handed on.
func Events(ctx context.Context, src Source) iter.Seq2[uint64, error] {
	mustHave(ctx)
	mustBe(src)
	return func(yield func(uint64, error) bool) {
		sub := src.Subscribe()
		defer func() { sub.Cancel() }()
		for n := uint64(0); ; {
			if err := sub.Wait(ctx); err != nil {
				yield(n, err)
				return
			}
			n++
			sub = src.Subscribe()
			if !yield(n, nil) {
				return
			}
		}
	}
}

func mustBe(src Source) {
	if src == nil {
		panic("subscribe: nil source")
	}
}
