package store

import (
	"context"
	"errors"
)

// Participant is a person in a ticket besides the agents.
type Participant struct {
	TicketID int64
	Address  string // folded
	Name     string
	Role     string // requester, watcher, vendor
}

// AddParticipant adds a person to a ticket. One who is there keeps the role; an
// empty name is filled in.
func (tx *Tx) AddParticipant(ctx context.Context, p Participant) error {
	_, err := tx.exec(ctx, `INSERT INTO participant (ticket_id, address, name, role) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET name = excluded.name WHERE name = ''`, p.TicketID, p.Address, p.Name, p.Role)
	return err
}

// RemoveParticipant takes a person out of a ticket, or ErrNotFound.
func (tx *Tx) RemoveParticipant(ctx context.Context, ticketID int64, address string) error {
	return tx.one(ctx, "DELETE FROM participant WHERE ticket_id = ? AND address = ?", ticketID, address)
}

// Participants returns the people of a ticket, the requester first.
func (tx *Tx) Participants(ctx context.Context, ticketID int64) ([]Participant, error) {
	return all(ctx, tx, func(r *row) Participant {
		return Participant{TicketID: r.int64(), Address: r.text(), Name: r.text(), Role: r.text()}
	}, `SELECT ticket_id, address, name, role FROM participant
		WHERE ticket_id = ? ORDER BY role <> 'requester', role, address`, ticketID)
}

// IsParticipant reports whether a folded address is in a ticket, and its role.
func (tx *Tx) IsParticipant(ctx context.Context, ticketID int64, address string) (role string, ok bool, err error) {
	role, err = single(ctx, tx, (*row).text, "SELECT role FROM participant WHERE ticket_id = ? AND address = ?", ticketID, address)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	return role, err == nil, err
}
