//go:build failpoint

package service

import (
	"os"
	"time"
)

// defaultSweep is how often cron asks what is due; the kill test is impatient.
func defaultSweep() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("FIRSTLINE_SWEEP")); err == nil {
		return d
	}
	return time.Minute
}
