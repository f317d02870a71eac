// Package atom is this module's only door to atomics and locks.
//
// In an ordinary build its types are aliases of sync/atomic's and sync's: they
// cost nothing, and `go vet` sees through them. With the build tag `explore`
// they are types of their own that tell a scheduler of every step before they
// take it, so that one run of the production source can be driven through a
// chosen interleaving.
//
// Beside the atomics stands [Guarded], a plain field that some bit or lock
// protects. It costs nothing either; under `explore` every access to it is
// told too, so that an access outside its protection can be found.
package atom
