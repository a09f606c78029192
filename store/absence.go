package store

import (
	"context"
	"time"
)

// Absence is a planned absence made by mail.
type Absence struct {
	ID         int64
	Agent      string
	FromAt     time.Time
	ToAt       time.Time
	Substitute string
}

const absenceColumns = "id, agent, from_at, to_at, substitute"

func scanAbsence(r *row) Absence {
	return Absence{ID: r.int64(), Agent: r.text(), FromAt: r.time(), ToAt: r.time(), Substitute: r.text()}
}

// InsertAbsence records an absence and returns its id.
func (tx *Tx) InsertAbsence(ctx context.Context, a Absence) (int64, error) {
	return tx.insert(ctx, "INSERT INTO absence (agent, from_at, to_at, substitute) VALUES (?, ?, ?, ?)", a.Agent, a.FromAt, a.ToAt, a.Substitute)
}

// DeleteAbsence removes one absence.
func (tx *Tx) DeleteAbsence(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, "DELETE FROM absence WHERE id = ?", id)
	return err
}

// Absences returns the absences that end after an instant, by start.
func (tx *Tx) Absences(ctx context.Context, after time.Time) ([]Absence, error) {
	return all(ctx, tx, scanAbsence, "SELECT "+absenceColumns+" FROM absence WHERE to_at > ? ORDER BY from_at, id", after)
}
