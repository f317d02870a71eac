package ignore

import "sync"

func f(mu *sync.Mutex, c *sync.Cond) {
	mu.Lock()
	//lint:ignore condloop one signal, one waiter, once
	c.Wait()
	c.Wait() //nolint:condlock,condloop // the same
	//lint:ignore condloop
	c.Wait() // want `outside a loop`
	//lint:ignore condlock another check
	c.Wait() // want `outside a loop`
	c.Wait() //nolint:condlock // want `outside a loop`
	mu.Unlock()
}
