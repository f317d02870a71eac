package subscribe

type Subscription struct{}

func (s Subscription) C() <-chan struct{}
