package triage

import (
	"fmt"
	"time"

	"golang.org/x/net/publicsuffix"

	"firstline/mailin"
)

// The caps of automatic mail when the configuration names none (reliability A4).
const (
	perSenderDay   = 5
	perSender10Min = 2
	perDomainHour  = 50
	perHour        = 200

	// suppressFor is how long an address gets no automatic mail after one came back.
	suppressFor = 7 * day

	// Who twice a day answers within a minute of an automatic mail is taken for a
	// machine that does not say so, and gets no more than two of them a day (A9).
	quickly       = time.Minute
	quickAnswers  = 2
	perMachineDay = 2

	// alarmAutomatic stands while all automatic mail is paused (A5).
	alarmAutomatic = "automatic_limit"
	inAnHour       = "in an hour"
	machineSuspect = "answers automatic mail within a minute, as a machine does"
)

// budget reports whether one more automatic mail may go to an address now. It
// counts rows of the outbox, so that a restart resets nothing.
func (t *turn) budget(to string) (why string, err error) {
	l := t.c.Outgoing.Limits
	perDay, about, err := t.dayLimit(to)
	if err != nil {
		return "", err
	}
	lost, err := t.tx.CountLostAutomatic(t.ctx, mailin.FoldAddress(to), t.now.Add(-suppressFor))
	if err != nil {
		return "", fmt.Errorf("count automatic mail that came back: %w", err)
	}
	if lost > 0 {
		return "automatic mail to this address came back as undeliverable", nil
	}
	for _, limit := range []struct {
		max    int
		window time.Duration
		count  func(time.Time) (int, error)
		what   string
	}{
		{or(l.PerSender10Min, perSender10Min), 10 * time.Minute, func(since time.Time) (int, error) {
			return t.tx.CountAutomatic(t.ctx, to, since)
		}, "to this address in ten minutes"},
		{perDay, 24 * time.Hour, func(since time.Time) (int, error) {
			return t.tx.CountAutomatic(t.ctx, to, since)
		}, about},
		{or(l.PerDomainHour, perDomainHour), time.Hour, func(since time.Time) (int, error) {
			return t.domainCount(to, since)
		}, "to this domain in an hour"},
		{or(l.PerHour, perHour), time.Hour, func(since time.Time) (int, error) {
			return t.tx.CountAutomaticAll(t.ctx, since)
		}, inAnHour},
	} {
		n, err := limit.count(t.now.Add(-limit.window))
		if err != nil {
			return "", fmt.Errorf("count automatic mail: %w", err)
		}
		if n >= limit.max && limit.what == inAnHour {
			if err := t.alarm(alarmAutomatic, fmt.Sprintf("%d automatic mails within an hour: automatic mail pauses, people's answers go on", n)); err != nil {
				return "", err
			}
		}
		if n >= limit.max {
			return fmt.Sprintf("already %d automatic mails %s", n, limit.what), nil
		}
	}
	return "", nil
}

// dayLimit is how many automatic mails an address may get in a day, and how that is
// said.
func (t *turn) dayLimit(to string) (most int, about string, err error) {
	most, about = or(t.c.Outgoing.Limits.PerSenderDay, perSenderDay), "to this address in a day"
	quick, err := t.tx.QuickAnswers(t.ctx, mailin.FoldAddress(to), t.now.Add(-24*time.Hour), quickly)
	if err != nil {
		return 0, "", fmt.Errorf("count quick answers: %w", err)
	}
	if quick >= quickAnswers && most > perMachineDay {
		return perMachineDay, about + "; it " + machineSuspect, nil
	}
	return most, about, nil
}

// domainCount counts by organisational domain. The company's own domain has no
// such cap: its people are many, and known.
func (t *turn) domainCount(to string, since time.Time) (int, error) {
	domain := mailin.Domain(to)
	if t.c.isInternal(to) {
		return 0, nil
	}
	if org, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		domain = org
	}
	return t.tx.CountAutomaticDomain(t.ctx, domain, since)
}

// or is the configured value, or the default where none is set.
func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
