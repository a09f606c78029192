package triage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"firstline/store"
)

const (
	// metaPulse keeps when the daemon last looked at what is due, in unix ms.
	metaPulse = "pulse"
	// alarmClock stands while the wall clock is not trusted.
	alarmClock = "clock"

	// jumpAhead and jumpBack are how far the wall clock may leave the monotonic one
	// before it is not trusted (reliability C6).
	jumpAhead = 10 * time.Minute
	jumpBack  = 5 * time.Minute
	// settleSoon is how long a clock that jumped must go on evenly before it is
	// trusted again, settleLate after a jump that no sleep of a machine explains.
	settleSoon = 15 * time.Minute
	settleLate = 24 * time.Hour
	farJump    = 8 * day
	// longDown is how long a daemon may have been down before a clock that says so is
	// doubted.
	longDown = 180 * day
	// outageAfter is how long nobody may have looked before people are told that
	// things are late for it.
	outageAfter = 3 * time.Minute
	// pulseEvery bounds how often the pulse is written.
	pulseEvery = 30 * time.Second
)

// look is one reading of both clocks. The monotonic one knows nothing of the wall:
// it does not jump, and stands still while the machine sleeps.
type look struct {
	wall time.Time
	mono time.Duration // since some instant of this process; < 0 = of another process
}

// drift is how far the wall clock has left the monotonic one since an earlier look.
func (l look) drift(before look) time.Duration {
	return l.wall.Sub(before.wall) - (l.mono - before.mono)
}

// doubt is a wall clock that is not trusted: automatic mail and mail about service
// levels wait, everything else goes on.
type doubt struct {
	Good  time.Time     `json:"good"`  // the last instant that was trusted
	Since time.Time     `json:"since"` // what the clock said when it was doubted first
	Jump  time.Duration `json:"jump"`
}

// jumped compares a look with the one before: by how far the clock jumped, 0 when it
// is to be trusted. After a restart only the wall clock can be compared: it must not
// go back, nor be most of a year ahead.
func jumped(before, now look) time.Duration {
	d := now.wall.Sub(before.wall)
	if before.mono >= 0 {
		d = now.drift(before)
		if d > jumpAhead || d < -jumpBack {
			return d
		}
		return 0
	}
	if d > longDown || d < -jumpBack {
		return d
	}
	return 0
}

// over reports whether a doubted clock can be trusted again: it is back where it
// should be, or a mail server agrees with it, or it has gone on evenly for long
// enough. start and now are the first and the newest look since it jumped.
func (d doubt) over(start, now look, good look, agreed bool) bool {
	back := now.wall.Sub(d.Good)
	if good.mono >= 0 {
		back = now.drift(good)
		if back <= jumpBack && back >= -jumpBack {
			return true
		}
	} else if d.Jump > 0 && back >= -jumpBack && now.wall.Before(d.Since.Add(-jumpAhead)) || d.Jump < 0 && back >= -jumpBack {
		return true
	}
	settle := settleSoon
	if d.far() || good.mono >= 0 && (back > farJump || back < -farJump) { // it may have jumped again
		settle = settleLate
	}
	return agreed || now.mono-start.mono >= settle
}

// far reports whether no sleep of a machine explains the jump.
func (d doubt) far() bool { return d.Jump > farJump || d.Jump < -farJump }

// pulse is what a Desk remembers between looks.
type pulse struct {
	busy    sync.Mutex
	done    atomic.Int64
	trusted atomic.Bool
	last    look // newest
	stored  time.Time
	good    look // newest that was trusted
	start   look // of the doubt in force
	doubt   *doubt
	read    bool
}

// Tick is Sweep for a daemon: it first asks whether the wall clock can be trusted.
// elapsed is the monotonic clock of the process. A clock that jumps is told once, in
// the log and by one alarm, and until it is trusted nothing fires.
func (d *Desk) Tick(ctx context.Context, elapsed time.Duration) (fired int, err error) {
	if !d.pulse.busy.TryLock() {
		return 0, nil // the tick before this one is not done
	}
	defer d.pulse.busy.Unlock()
	trusted, err := d.look(ctx, look{d.Store.Now(), elapsed})
	d.pulse.trusted.Store(err == nil && trusted)
	if err == nil && trusted {
		fired, err = d.Sweep(ctx)
	}
	if err == nil {
		d.pulse.done.Store(int64(elapsed))
	}
	return fired, err
}

// Trusted reports whether the newest Tick trusted the wall clock: what cannot be
// undone, such as the deletion of what is too old, must not happen otherwise.
func (d *Desk) Trusted() bool { return d.pulse.trusted.Load() }

// LookedAt is the monotonic instant of the newest Tick that came to its end.
func (d *Desk) LookedAt() time.Duration { return time.Duration(d.pulse.done.Load()) }

// look judges the wall clock and keeps the pulse.
func (d *Desk) look(ctx context.Context, now look) (trusted bool, err error) {
	p := &d.pulse
	if !p.read {
		if err := d.readPulse(ctx); err != nil {
			return false, err
		}
	}
	before := p.last
	p.last = now
	if p.doubt != nil {
		return d.inDoubt(ctx, before, now)
	}
	if before.wall.IsZero() {
		before = now
	}
	if jump := jumped(before, now); jump != 0 {
		p.good, p.start = before, now
		return false, d.distrust(ctx, doubt{Good: before.wall, Since: now.wall, Jump: jump})
	}
	p.good = now
	if gap := now.wall.Sub(before.wall); gap > outageAfter {
		d.Log.Warn("nothing was looked at for a while; what fell due then happens now", "from", before.wall, "to", now.wall)
		return true, d.keepPulse(ctx, now, &outage{before.wall, now.wall})
	}
	if now.wall.Sub(p.stored) < pulseEvery {
		return true, nil
	}
	return true, d.keepPulse(ctx, now, nil)
}

// inDoubt looks whether a doubted clock can be trusted again.
func (d *Desk) inDoubt(ctx context.Context, before, now look) (trusted bool, err error) {
	p := &d.pulse
	if before.mono < 0 { // a new process counts anew
		before, p.start = now, now
	}
	if jumped(before, now) != 0 {
		p.start = now
	}
	agreed := false
	err = d.Store.View(ctx, func(tx *store.Tx) (err error) {
		agreed, err = tx.ServerTimeAgrees(ctx, p.doubt.Since, jumpAhead)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("compare the clock with the mail server: %w", err)
	}
	if !p.doubt.over(p.start, now, p.good, agreed) {
		return false, nil
	}
	was := *p.doubt
	var gap *outage
	if now.wall.Sub(was.Good) > outageAfter {
		gap = &outage{was.Good, now.wall}
	}
	if was.Jump > longDown && now.wall.Before(was.Since) {
		if err := d.pullBack(ctx, was); err != nil {
			return false, fmt.Errorf("set timers right that a wrong clock set: %w", err)
		}
	}
	if err := d.keepPulse(ctx, now, gap); err != nil {
		return false, err
	}
	p.doubt, p.good = nil, now
	d.unsettled.Store(true) // clocks that started at an instant that never was start now
	d.Log.Info("the clock is trusted again", "jump", was.Jump.String())
	return true, d.AlarmOver(ctx, alarmClock)
}

// pullBack moves the timers that were set while the clock was far ahead to where they
// would be. Nothing that begins with a reply or an answer is due half a year later.
func (d *Desk) pullBack(ctx context.Context, was doubt) error {
	return d.Store.Update(ctx, func(tx *store.Tx) error {
		late, err := tx.PendingTimers(ctx, was.Since, timerAsk, timerDeflect, timerRemind, timerResolve, timerClose, timerDiscard)
		if err != nil {
			return err
		}
		t := d.turn(ctx, tx, d.Config(), &shared{})
		for _, timer := range late {
			tk, err := tx.Ticket(ctx, timer.TicketID)
			if err != nil {
				return err
			}
			due := timer.DueAt.Add(-was.Jump)
			if cal := t.calendar(&tk); !cal.IsOpen(due) { // another day of the week
				due = or(cal.NextOpening(due), due)
			}
			if err := tx.SetTimer(ctx, tk.ID, timer.Name, timer.Cycle, due); err != nil {
				return err
			}
		}
		return nil
	})
}

// readPulse reads what the process before this one knew.
func (d *Desk) readPulse(ctx context.Context) error {
	p := &d.pulse
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		text, err := tx.Meta(ctx, metaPulse)
		if ms, e := strconv.ParseInt(text, 10, 64); err == nil && e == nil {
			p.last = look{time.UnixMilli(ms).UTC(), -1}
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if p.last.wall.IsZero() { // a store that no daemon has looked at: its history is all we know
			at, err := tx.NewestEventAt(ctx)
			if err != nil {
				return err
			}
			p.last = look{at, -1}
		}
		text, err = tx.Meta(ctx, store.MetaClockDoubt)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		p.doubt = &doubt{}
		p.good = look{mono: -1}
		return json.Unmarshal([]byte(text), p.doubt)
	})
	if err != nil {
		return fmt.Errorf("read the pulse: %w", err)
	}
	p.read = true
	return nil
}

// keepPulse stores that the clock was trusted at a look, and the outage that ends
// with it.
func (d *Desk) keepPulse(ctx context.Context, now look, gap *outage) error {
	err := d.Store.Update(ctx, func(tx *store.Tx) error {
		if gap != nil {
			if err := saveOutage(ctx, tx, *gap); err != nil {
				return err
			}
		}
		if err := tx.DropMeta(ctx, store.MetaClockDoubt); err != nil {
			return err
		}
		return tx.SetMeta(ctx, metaPulse, strconv.FormatInt(now.wall.UnixMilli(), 10))
	})
	if err != nil {
		return fmt.Errorf("keep the pulse: %w", err)
	}
	d.pulse.stored = now.wall
	return nil
}

// distrust stops what happens by the clock and tells people once.
func (d *Desk) distrust(ctx context.Context, x doubt) error {
	text, err := json.Marshal(x)
	if err == nil {
		err = d.Store.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta(ctx, store.MetaClockDoubt, string(text)) })
	}
	if err != nil {
		return fmt.Errorf("stop by the clock: %w", err)
	}
	d.pulse.doubt = &x
	loc := d.Config().Company.Location
	short := fmt.Sprintf("the wall clock jumped by %s, from %s to %s: automatic mail and mail about service levels wait",
		x.Jump, x.Good.UTC().Format(time.RFC3339), x.Since.UTC().Format(time.RFC3339))
	_, err = d.Alarm(ctx, alarmClock, short, func(lang string) AlarmText { return x.words(lang, loc) })
	return err
}

// words is the alarm about a doubted clock.
func (d doubt) words(lang string, loc *time.Location) AlarmText {
	pick := picker(lang)
	wait := pick("15 Minuten", "15 minutes")
	if d.far() {
		wait = pick("24 Stunden", "24 hours")
	}
	layout := pick("02.01.2006 15:04", "2 Jan 2006 15:04")
	return AlarmText{
		Title: pick("Die Uhr des Rechners ist gesprungen", "the clock of the machine jumped"),
		Text: fmt.Sprintf(pick("Auf %s folgte %s. Automatische Mails und Eskalationen warten, bis die Uhr wieder glaubwürdig ist; Anfragen und Antworten laufen weiter.",
			"%s was followed by %s. Automatic mails and escalations wait until the clock can be trusted; requests and replies go on."),
			d.Good.In(loc).Format(layout), d.Since.In(loc).Format(layout)),
		Fix: fmt.Sprintf(pick("Uhrzeit und Zeitdienst (NTP) des Rechners prüfen. Es geht von selbst weiter, sobald die Uhr stimmt, der Mailserver sie mit einer neuen Mail bestätigt oder sie %s gleichmäßig gelaufen ist.",
			"Check the time and the time service (NTP) of the machine. It goes on by itself as soon as the clock is right, the mail server confirms it with a new mail, or it has run evenly for %s."), wait),
	}
}
