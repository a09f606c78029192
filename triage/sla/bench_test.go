package sla

import (
	"testing"
	"time"
)

func BenchmarkAdd40h(b *testing.B) {
	c := office(b)
	a := at(b, "2026-03-02 09:00")
	for b.Loop() {
		c.Add(a, 40*time.Hour)
	}
}

func BenchmarkAddTenYears(b *testing.B) {
	c := office(b)
	a := at(b, "2026-03-02 09:00")
	for b.Loop() {
		c.Add(a, 10*43*52*time.Hour)
	}
}

func BenchmarkElapsedTenYears(b *testing.B) {
	c := office(b)
	x, y := at(b, "2026-03-02 09:00"), at(b, "2036-03-03 09:30")
	for b.Loop() {
		c.Elapsed(x, y)
	}
}

func BenchmarkDueBusinessDays(b *testing.B) {
	c := office(b)
	a := at(b, "2026-03-02 09:00")
	for b.Loop() {
		c.DueBusinessDays(a, 10)
	}
}

// BenchmarkNewCalendar is a new calendar with its first answer: what a reload
// costs.
func BenchmarkNewCalendar(b *testing.B) {
	a := at(b, "2026-03-02 09:00")
	for b.Loop() {
		office(b).Add(a, 40*time.Hour)
	}
}

func BenchmarkApply(b *testing.B) {
	c := office(b)
	in := ApplyInput{Policy: standard("P3"), Calendar: c, At: at(b, "2026-03-02 09:00")}
	later := in
	later.At = at(b, "2026-03-02 10:00")
	for b.Loop() {
		Clocks(nil).Apply(EventOpened, in).Apply(EventReply, later)
	}
}

func BenchmarkTimers(b *testing.B) {
	c := office(b)
	in := ApplyInput{Policy: standard("P3"), Calendar: c, At: at(b, "2026-03-02 09:00")}
	cs := Clocks(nil).Apply(EventOpened, in)
	steps := ladder()
	for b.Loop() {
		Timers(cs, steps, c, TimerInput{Policy: in.Policy, State: "new", Level: 1, OpenedAt: in.At, IdleSince: in.At})
	}
}
