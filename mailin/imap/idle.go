package imap

import (
	"context"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"firstline/store"
)

// wait returns when there may be something to do: the server or triage gives a
// sign, or the time of the next look has come. IDLE (RFC 2177) is a hint; the
// look happens in any case.
func (p *Poller) wait(ctx context.Context) error {
	if p.sess == nil || !p.sess.alive() {
		return nil
	}
	s := p.sess
	var idle *imapclient.IdleCommand
	if s.caps.Has(imap.CapIdle) {
		err := s.guard(ctx, StepIdle, s.brief(), func() (err error) {
			idle, err = s.c.Idle()
			return err
		})
		if err != nil {
			if !isRefusal(err) {
				return err
			}
			idle = nil // announced but refused: poll
		}
	}
	p.await(ctx, s)
	if idle == nil {
		return nil
	}
	return s.guard(ctx, StepIdle, s.brief(), func() error {
		if err := idle.Close(); err != nil {
			return err
		}
		return idle.Wait()
	})
}

// await blocks until the next turn is due.
func (p *Poller) await(ctx context.Context, s *session) {
	round := time.NewTimer(min(p.cfg.Poll, p.cfg.Timing.Idle))
	defer round.Stop()
	acks := time.NewTicker(p.cfg.Timing.AckPoll)
	defer acks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			return
		case <-s.c.Closed():
			return
		case <-p.wake:
			return
		case <-round.C:
			return
		case <-p.store.Wait(store.TopicAck):
		case <-acks.C:
		}
		if p.ackDue(ctx) {
			return
		}
	}
}

// ackDue looks, without the network, whether mails wait to be acknowledged.
func (p *Poller) ackDue(ctx context.Context) bool {
	if p.store.Now().Before(p.nextAck) {
		return false
	}
	done, err := p.triaged(ctx, 50)
	return err == nil && len(done) > 0
}
