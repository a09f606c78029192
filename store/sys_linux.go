package store

import (
	"os"
	"syscall"
)

// dataSync makes the contents of a file durable, without its times.
func dataSync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// punch gives the blocks of a range back to the file system, if it can.
func punch(f *os.File, at, length int64) {
	const keepSize, punchHole = 1, 2 // fallocate(2)
	_ = syscall.Fallocate(int(f.Fd()), keepSize|punchHole, at, length)
}
