//go:build !failpoint

package store

// Failpoint marks an instant at which the kill test ends the process. In a normal
// build it is nothing.
func Failpoint(string) {}
