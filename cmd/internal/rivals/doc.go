// Package rivals has benchmarks of this module's packages beside those of others that the library
// must not depend on. There is nothing in it but tests:
//
//	go run ./cmd/ratio ./cmd/internal/rivals
package rivals
