//go:build failpoint

package store

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// failpoint is FIRSTLINE_FAIL=name:n, read once: the n-th time the instant name is
// reached the process kills itself, as the kernel would without warning.
var failpoint = func() struct {
	name string
	left *atomic.Int64
} {
	name, count, _ := strings.Cut(os.Getenv("FIRSTLINE_FAIL"), ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		n = 1
	}
	left := &atomic.Int64{}
	left.Store(n)
	return struct {
		name string
		left *atomic.Int64
	}{name, left}
}()

// Failpoint ends the process when it is the one that was asked for.
func Failpoint(name string) {
	if name == failpoint.name && failpoint.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal comes
	}
}
