package sla

import (
	"math"
	"time"
)

// States of clocks, as stored. A running clock whose BreachedAt is set is past
// its due time and still counted.
const (
	Running       = "running"
	Paused        = "paused"
	Met           = "met"
	Breached      = "breached"
	NotApplicable = "not_applicable"
)

// Clock is one promise for one ticket. The remaining time is Target - Consumed -
// the open time since SinceAt; pauses need no mention in it.
type Clock struct {
	Kind  string
	Cycle int // counts next-response and take-over clocks from 1
	State string
	// Target is the open time allowed, with what a grace period added to it.
	Target   time.Duration
	Consumed time.Duration // open time used up to SinceAt
	SinceAt  time.Time     // running since; zero = paused or stopped
	// DueAt is the instant the target is used up if the clock goes on running;
	// zero while paused, or if the calendar never opens for so long. After a
	// breach it stays what it was.
	DueAt      time.Time
	WarnAt     time.Time
	BreachedAt time.Time // sticky: no later event heals a breach
	StoppedAt  time.Time
}

// Active reports whether the clock has not ended: it runs or is paused.
func (c Clock) Active() bool { return c.State == Running || c.State == Paused }

// Used returns the open time the clock has consumed at an instant.
func (c Clock) Used(cal *Calendar, at time.Time) time.Duration {
	if c.State != Running {
		return c.Consumed
	}
	return c.Consumed + cal.Elapsed(c.SinceAt, at)
}

// Remaining returns the open time left at an instant, negative after the due
// time.
func (c Clock) Remaining(cal *Calendar, at time.Time) time.Duration {
	return c.Target - c.Used(cal, at)
}

// start begins a clock.
func (c *Clock) start(in *ApplyInput, target Target) {
	c.State, c.SinceAt = Running, in.At
	c.DueAt = in.Calendar.Due(in.At, target)
	c.Target = target.Open
	if target.BusinessDays > 0 {
		c.Target = in.Calendar.Elapsed(in.At, c.DueAt)
	}
	c.warn(in)
}

// run lets a clock go on from At with a remaining time, unless it is breached:
// then it goes on counting and its due time stays.
func (c *Clock) run(in *ApplyInput, remaining time.Duration) {
	c.State, c.SinceAt, c.StoppedAt = Running, in.At, time.Time{}
	if !c.BreachedAt.IsZero() {
		return
	}
	c.Target = c.Consumed + remaining
	c.DueAt = in.Calendar.Add(in.At, remaining)
	c.warn(in)
}

// pause stops counting for a while.
func (c *Clock) pause(in *ApplyInput) {
	if c.State != Running {
		return
	}
	c.fold(in)
	c.State = Paused
	if c.BreachedAt.IsZero() {
		c.DueAt, c.WarnAt = time.Time{}, time.Time{}
	}
}

// stop ends a clock. Whether it was met depends on its due time alone, not on
// whether somebody has looked at it since.
func (c *Clock) stop(in *ApplyInput) {
	if !c.Active() {
		return
	}
	if c.State == Paused && c.BreachedAt.IsZero() {
		c.DueAt = in.Calendar.Add(in.At, c.Target-c.Consumed)
	}
	c.fold(in)
	c.StoppedAt, c.State = in.At, Met
	if !c.BreachedAt.IsZero() {
		c.State = Breached
	}
}

// drop ends a clock that no longer means anything. What was breached before
// stays in BreachedAt.
func (c *Clock) drop(in *ApplyInput) {
	if !c.Active() {
		return
	}
	c.fold(in)
	c.State = NotApplicable
	c.DueAt, c.WarnAt = time.Time{}, time.Time{}
}

// fold moves the open time since SinceAt into Consumed.
func (c *Clock) fold(in *ApplyInput) {
	if c.State == Running {
		c.Consumed += in.calendarWas().Elapsed(c.SinceAt, in.At)
	}
	c.SinceAt = time.Time{}
}

// notice marks a running clock whose due time is past.
func (c *Clock) notice(at time.Time) bool {
	if c.State != Running || !c.BreachedAt.IsZero() || c.DueAt.IsZero() || !at.After(c.DueAt) {
		return false
	}
	c.BreachedAt = c.DueAt
	return true
}

// warn sets WarnAt: the instant at which what is left is the share of the target
// that WarnAt of the policy leaves.
func (c *Clock) warn(in *ApplyInput) {
	c.WarnAt = time.Time{}
	if in.Policy.WarnAt > 0 && in.Policy.WarnAt < 1 {
		c.WarnAt = c.at(in.Calendar, in.Policy.WarnAt, in.nominal(*c))
	}
}

// at returns the instant a share of the nominal target is used, counted back
// from the due time, so that a grace period moves it too. It is never before the
// clock last began to run.
func (c *Clock) at(cal *Calendar, used float64, nominal time.Duration) time.Time {
	left := time.Duration(math.Round((1-used)*float64(nominal)/1e6)) * time.Millisecond
	if !c.BreachedAt.IsZero() || left <= 0 {
		if c.DueAt.IsZero() {
			return time.Time{}
		}
		return cal.Add(c.DueAt, -left)
	}
	return cal.Add(c.SinceAt, c.Target-left-c.Consumed)
}

// retarget gives a clock a new target: remaining = new target - consumed. If
// that leaves less time than before, at least the grace period is left, but
// never more than before.
func (c *Clock) retarget(in *ApplyInput, nominal time.Duration) {
	if !c.BreachedAt.IsZero() {
		c.Target = nominal
		return
	}
	old := c.Target - c.Used(in.calendarWas(), in.At)
	if in.moved() {
		if c.State == Running {
			old = in.Calendar.Elapsed(in.At, c.DueAt)
			c.fold(in)
			c.SinceAt = in.At
		}
	}
	used := c.Used(in.Calendar, in.At)
	left := nominal - used
	if left < old {
		left = max(left, min(in.Policy.ReprioritiseGrace, old))
	}
	c.Target = used + max(left, 0)
	if c.State == Running {
		c.DueAt = in.Calendar.Add(c.SinceAt, c.Target-c.Consumed)
		c.warn(in)
	}
}
