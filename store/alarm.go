package store

import (
	"context"
	"time"
)

// Alarm is something wrong that was told once and is still so.
type Alarm struct {
	Name    string
	SinceAt time.Time
	Text    string
	Mailed  bool
}

// RaiseAlarm records an alarm; fresh is true when it was not up. The text of
// one that is up is brought up to date.
func (tx *Tx) RaiseAlarm(ctx context.Context, name, text string) (fresh bool, err error) {
	n, err := tx.exec(ctx, "INSERT INTO alarm (name, since_at, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", name, tx.Now, text)
	if err == nil && n == 1 {
		err = tx.Count(ctx, TrafficAlarm, 1)
	}
	if err != nil || n == 1 {
		return n == 1, err
	}
	_, err = tx.exec(ctx, "UPDATE alarm SET text = ? WHERE name = ? AND text <> ?", text, name, text)
	return false, err
}

// MarkAlarmMailed records that people were told about an alarm.
func (tx *Tx) MarkAlarmMailed(ctx context.Context, name string) error {
	return tx.one(ctx, "UPDATE alarm SET mailed = 1 WHERE name = ?", name)
}

// ClearAlarm takes an alarm down; was is true when it was up.
func (tx *Tx) ClearAlarm(ctx context.Context, name string) (was bool, err error) {
	n, err := tx.exec(ctx, "DELETE FROM alarm WHERE name = ?", name)
	return n == 1, err
}

// AlarmOf returns an alarm that is up, or ErrNotFound.
func (tx *Tx) AlarmOf(ctx context.Context, name string) (Alarm, error) {
	return single(ctx, tx, scanAlarm, "SELECT name, since_at, text, mailed FROM alarm WHERE name = ?", name)
}

// Alarms returns the alarms that are up, oldest first.
func (tx *Tx) Alarms(ctx context.Context) ([]Alarm, error) {
	return all(ctx, tx, scanAlarm, "SELECT name, since_at, text, mailed FROM alarm ORDER BY since_at, name")
}

func scanAlarm(r *row) Alarm {
	return Alarm{Name: r.text(), SinceAt: r.time(), Text: r.text(), Mailed: r.bool()}
}
