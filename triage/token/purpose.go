package token

// Purpose is the letter that says what a mail of ours is for. It stands in the
// Message-ID and under the tag: what an answer does was promised by that very mail.
type Purpose string

// The purposes of our mails.
const (
	Acknowledgement Purpose = "q" // "we have it", to the requester
	FAQAnswer       Purpose = "f" // automatic answer, to the requester
	PublicReply     Purpose = "p" // what an agent wrote, to requester and watchers
	Solved          Purpose = "s" // the ticket is resolved, with the question for a rating
	Reminder        Purpose = "m" // reminder, question after an answer, hand-over notice to the requester
	Notification    Purpose = "n" // to an agent; an answer goes to the requester
	Internal        Purpose = "i" // to an agent; an answer stays internal
	Escalation      Purpose = "e" // to second level; an answer goes to the requester
	Problem         Purpose = "x" // error mail or challenge to an agent; answered with ok
	List            Purpose = "l" // answer to a query; commands in replies name their ticket
	Report          Purpose = "r" // report or alarm; commands in replies name their ticket
	Vendor          Purpose = "v" // to a third party; an answer is internal
)

// Kind is who may answer with a token: the word under which S6 of the threat model
// tells tokens apart.
type Kind string

// The kinds of tokens.
const (
	KindRequester Kind = "requester" // a mail a human of ours wrote to a participant
	KindAutomatic Kind = "automatic" // a mail no human wrote to a participant
	KindAgent     Kind = "agent"     // the right to command, with the other proofs
	KindVendor    Kind = "vendor"
	KindNone      Kind = "none" // no purpose of ours
)

// Kind returns the kind of tokens of this purpose; KindNone for an unknown letter.
func (p Purpose) Kind() Kind {
	switch p {
	case PublicReply:
		return KindRequester
	case Acknowledgement, FAQAnswer, Solved, Reminder:
		return KindAutomatic
	case Notification, Internal, Escalation, Problem, List, Report:
		return KindAgent
	case Vendor:
		return KindVendor
	}
	return KindNone
}

// ToRequester reports whether mail of this purpose goes to participants of a ticket.
func (p Purpose) ToRequester() bool {
	return p.Kind() == KindRequester || p.Kind() == KindAutomatic
}

// Automatic reports whether no human wrote the mail: nothing that answers it may be
// answered automatically.
func (p Purpose) Automatic() bool { return p != PublicReply && p != Vendor }

func (p Purpose) known() bool { return p.Kind() != KindNone }
