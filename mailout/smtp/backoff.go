package smtp

import "time"

// waits are the pauses between attempts; the last one repeats.
var waits = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// KeepTrying is how long a mail is tried before it is given up (RFC 5321
// section 4.5.4.1: four to five days).
const KeepTrying = 5 * 24 * time.Hour

// Backoff is the pause after the given attempt (from 1), up to a tenth longer by
// a jitter that depends on the mail alone.
func Backoff(attempt int, id int64) time.Duration {
	d := waits[min(max(attempt, 1), len(waits))-1]
	x := uint64(id)*0x9e3779b97f4a7c15 + uint64(attempt)*0xbf58476d1ce4e5b9
	x ^= x >> 31
	return d + time.Duration(x%1000)*d/10_000
}

// Pauses of the whole sender: when the server is not reached, and when it
// refuses the login.
const (
	maxConnectPause = 15 * time.Minute
	firstLoginPause = 15 * time.Minute
	maxLoginPause   = 4 * time.Hour
	// alarmAfter is how long the server may be out of reach before the admin is told.
	alarmAfter = 30 * time.Minute
)

// connectPause is the pause after n failures to reach the server in a row.
func connectPause(n int) time.Duration {
	return min(waits[min(max(n, 1), len(waits))-1], maxConnectPause)
}

// loginPause doubles from 15 minutes: providers lock accounts that keep failing.
func loginPause(n int) time.Duration {
	d := firstLoginPause
	for ; n > 1 && d < maxLoginPause; n-- {
		d *= 2
	}
	return min(d, maxLoginPause)
}
