package store

// Topics of Wait and Notify. Update notifies by itself when a transaction that
// touched the topic's rows has committed.
const (
	TopicInbox  = "inbox"  // mail was accepted or is to be triaged again
	TopicOutbox = "outbox" // mail is to leave
	TopicTimer  = "timer"  // a timer was set
	TopicAck    = "ack"    // triage is done with a mail: the server may be told
)

// Wait returns the topic's channel: always the same one, with one slot. It is a
// hint to look now; a timer is the truth, because rows may come from another
// process and two waiters share one hint.
func (s *Store) Wait(topic string) <-chan struct{} { return s.hint(topic) }

// Notify leaves a hint for the topic, unless one is already waiting.
func (s *Store) Notify(topic string) {
	select {
	case s.hint(topic) <- struct{}{}:
	default:
	}
}

func (s *Store) hint(topic string) chan struct{} {
	if c, ok := s.hints.Load(topic); ok {
		return c.(chan struct{})
	}
	c, _ := s.hints.LoadOrStore(topic, make(chan struct{}, 1))
	return c.(chan struct{})
}

// touch remembers a topic for the notification after COMMIT.
func (tx *Tx) touch(topic string) {
	for _, t := range tx.touched {
		if t == topic {
			return
		}
	}
	tx.touched = append(tx.touched, topic)
}
