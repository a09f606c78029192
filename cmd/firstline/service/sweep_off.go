//go:build !failpoint

package service

import "time"

// defaultSweep is how often cron asks what is due.
func defaultSweep() time.Duration { return time.Minute }
