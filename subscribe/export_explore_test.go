//go:build explore

package subscribe

import "github.com/rouse-go/rouse/internal/park"

// Parts returns what a subscription is made of.
func Parts(s Subscription) (park.Registration, park.Ticket) { return s.r, s.t }
