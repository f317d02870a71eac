package park

import "context"

// A Bond is a registration that has one outcome more: its context is done. A wait
// on it need not watch the context's channel, for the context kicks the sleeper.
//
// [W3] The context is done first, then comes the kick, and its token stays until it
// is taken. Who takes it looks into the books, then at the context.
type Bond struct {
	Registration // of now; the sleeper is always the same
	ctx          context.Context
	stop         func() bool
}

// Tie makes ctx kick s when it is done.
func (b *Bond) Tie(ctx context.Context, s Sleeper) {
	b.ctx = ctx
	if ctx.Done() != nil {
		b.stop = context.AfterFunc(ctx, s.Kick)
	}
}

// Untie ends that.
func (b *Bond) Untie() {
	if b.stop != nil {
		b.stop()
	}
}

// Done reports whether the context is done.
func (b *Bond) Done() bool { return b.ctx.Err() != nil }

// Err returns the error of a wait that the context ended.
func (b *Bond) Err() error { return ContextError(b.ctx) }

// Take implements Registration.
func (b *Bond) Take(t Ticket, token bool) error {
	for {
		err := b.Registration.Take(t, token)
		if err != ErrPending || !b.Done() {
			return err
		}
		if b.Registration.Withdraw(t) {
			return b.Err()
		}
		token = false
	}
}
