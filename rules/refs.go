package rules

import "time"

// Refs are the names and values of the configuration that rules refer to.
type Refs struct {
	Language        string   // language of explanations and of requesters whose language is not known
	Languages       []string // languages answers are written in
	Location        *time.Location
	InternalDomains []string

	Groups       []GroupRef
	Agents       []string            // ids
	Addresses    map[string]string   // agent id to address, for loop checks
	SenderGroups map[string][]string // name to addresses or "@domain"
	Mailboxes    []string            // ids
	OwnAddresses []string            // addresses of our mailboxes
	SLAs         []string
	DefaultSLA   string
	Receipts     []string // names of receipt templates
	Replies      []string // names of reply templates
	Notes        []string // names of note templates
	// Calendars say whether they are open at an instant.
	Calendars map[string]func(time.Time) bool

	Priorities      []PriorityRef // most urgent first; empty = P1 to P4
	DefaultPriority string        // "" = P3
	Impacts         []string      // of the matrix, widest first
	Urgencies       []string      // of the matrix, most urgent first
	Matrix          map[string]map[string]string

	// Due computes due times for tests: clock name ("first_reply", "resolve")
	// to instant; nil = tests cannot expect due times.
	Due func(sla, priority string, at time.Time) map[string]time.Time
	// ReadFile reads a mail named by a test, relative to the configuration.
	ReadFile func(name string) ([]byte, error)
	// Now is the day on which review_by and valid_until are judged by the
	// checks; zero = they are not.
	Now time.Time
}

// GroupRef is what rules know of a support group.
type GroupRef struct {
	ID      string
	Level   int
	Members []string
}

// PriorityRef is a priority and the words it is also called by.
type PriorityRef struct {
	ID      string
	Aliases []string
}

func (r *Refs) fill() {
	if r.Language != "en" {
		r.Language = "de"
	}
	if len(r.Languages) == 0 {
		r.Languages = []string{"de", "en"}
	}
	if r.Location == nil {
		r.Location = time.UTC
	}
	if len(r.Priorities) == 0 {
		r.Priorities = []PriorityRef{
			{"P1", []string{"kritisch", "critical"}}, {"P2", []string{"hoch", "high"}},
			{"P3", []string{"normal"}}, {"P4", []string{"niedrig", "low"}},
		}
	}
	if r.DefaultPriority == "" {
		r.DefaultPriority = "P3"
		if !r.isPriority("P3") {
			r.DefaultPriority = r.Priorities[len(r.Priorities)/2].ID
		}
	}
}

func (r *Refs) isPriority(id string) bool { return r.rank(id) < len(r.Priorities) }

// rank is the place of a priority, 0 the most urgent; len for an unknown one.
func (r *Refs) rank(id string) int {
	for i, p := range r.Priorities {
		if p.ID == id {
			return i
		}
	}
	return len(r.Priorities)
}

// firstLevel is the group that gets what nobody else gets.
func (r *Refs) firstLevel() string {
	for _, g := range r.Groups {
		if g.Level == 1 {
			return g.ID
		}
	}
	if len(r.Groups) > 0 {
		return r.Groups[0].ID
	}
	return ""
}
