package report

import "time"

// Few is the least number of cases a median or a rate is printed for: below it
// one case more or less would change everything.
const Few = 5

// Ratio is a rate with its numerator and denominator.
type Ratio struct {
	Num int `json:"num"`
	Den int `json:"den"`
}

// Few reports whether there are too few cases to speak of a rate.
func (r Ratio) Few() bool { return r.Den < Few }

// Share is the rate, 0 without cases.
func (r Ratio) Share() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Spread is the median and the 90th percentile of lengths or counts, nearest rank:
// the value at place ⌈p·n⌉ of the sorted cases. Lengths are seconds.
type Spread struct {
	N      int   `json:"n"`
	Median int64 `json:"median"`
	P90    int64 `json:"p90"`
}

// Few reports whether there are too few cases to speak of a median.
func (s Spread) Few() bool { return s.N < Few }

// Lengths are what a clock counted, in three ways.
type Lengths struct {
	Used  Spread `json:"used"`  // open time without pauses: what was promised
	Gross Spread `json:"gross"` // open time with pauses
	Wall  Spread `json:"wall"`  // calendar time
}

// Named is a count of something that has a name.
type Named struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Values are the key figures of a period (product 6.2). Tickets that are held,
// merged, discarded or made in training mode at its end are never counted; those
// the FAQ answered count as inflow and as deflection alone.
type Values struct {
	Period      Period       `json:"period"`
	Inflow      Inflow       `json:"inflow"`
	First       Lengths      `json:"first_response"` // without phone tickets
	FirstPhone  int          `json:"first_response_phone"`
	Next        Lengths      `json:"next_response"`
	Handling    Lengths      `json:"handling"` // tickets closed in the period
	Closed      int          `json:"closed"`
	Backlog     Backlog      `json:"backlog"`
	Attainment  []Attainment `json:"attainment"` // by clock, as in Clocks
	Reopened    Ratio        `json:"reopened"`   // of those resolved in the period; provisional
	Final       Final        `json:"reopened_final"`
	Escalation  Escalation   `json:"escalation"`
	FirstFix    Ratio        `json:"first_contact_resolution"`
	FirstLevel  Ratio        `json:"first_level_resolution"`
	FAQ         FAQ          `json:"faq"`
	Rating      Rating       `json:"rating"`
	Corrections Corrections  `json:"corrections"`
	Touches     Spread       `json:"touches"`   // public replies of agents for each closed ticket
	Handovers   Ratio        `json:"handovers"` // changes of owner or group / closed tickets
	Categories  []Category   `json:"categories"`
	Technique   Technique    `json:"technique"`
	Groups      []Team       `json:"groups,omitempty"` // people_in_reports: team or named
	Agents      []Team       `json:"agents,omitempty"` // people_in_reports: named
}

// Inflow are the tickets that began in the period.
type Inflow struct {
	Total      int     `json:"total"`
	ByChannel  []Named `json:"by_channel"`
	ByCategory []Named `json:"by_category"`
	ByHour     [24]int `json:"by_hour"` // of arrival, company time
}

// Backlog are the tickets that are at work at the end of the period.
type Backlog struct {
	Total   int     `json:"total"`
	Ages    [4]int  `json:"ages"` // up to 1, 3, 10 open days, older
	ByState []Named `json:"by_state"`
	Overdue int     `json:"overdue"` // past a due instant and still not done
	// Oldest is the ticket that has been overdue longest, 0 = none, since OldestAt.
	Oldest   int64     `json:"oldest,omitempty"`
	OldestAt time.Time `json:"oldest_at,omitzero"`
	// Daily is the median of tickets closed on each of the last 20 open days; with
	// it the backlog lasts Total / Daily days.
	Daily int64 `json:"daily_closures"`
}

// Attainment is how often a clock was met. A breach counts once, in the period in
// which it happened, whether or not the clock still runs.
type Attainment struct {
	Clock      string     `json:"clock"`
	All        Ratio      `json:"all"`
	ByPriority []Promised `json:"by_priority"`
}

// Promised is an Attainment of one priority.
type Promised struct {
	Priority string `json:"priority"`
	Ratio
}

// Clocks are the clocks of Values.Attainment, in order.
func Clocks() []string { return []string{"first_response", "next_response", "resolution", "take_over"} }

// Attained returns how often a clock was met.
func (v *Values) Attained(clock string) Ratio {
	for _, a := range v.Attainment {
		if a.Clock == clock {
			return a.All
		}
	}
	return Ratio{}
}

// Final is the reopen rate of an earlier period for which nothing can change any
// more, because reopen_within has passed.
type Final struct {
	Key   string `json:"period,omitempty"` // "" = no such period was computed
	Ratio Ratio  `json:"reopened"`
}

// Escalation are the tickets that reached the second level for the first time.
type Escalation struct {
	Tickets      Ratio `json:"tickets"` // / inflow
	Manual       int   `json:"manual"`
	Rule         int   `json:"rule"`
	Timer        int   `json:"timer"`
	Returned     Ratio `json:"returned"` // back to the first level / escalated
	Hierarchical int   `json:"hierarchical"`
}

// FAQ says what answers of the FAQ were good for. Silence is no success.
type FAQ struct {
	Answered  int   `json:"answered"`
	Confirmed Ratio `json:"confirmed"` // "it helped" / inflow
	Silent    int   `json:"silent"`    // closed without a word, and no mail about the same category since
	Wrong     Ratio `json:"wrong"`     // rejected / answered
}

// Rating is the satisfaction of requesters.
type Rating struct {
	Good   Ratio `json:"good"`     // 4 and 5 / ratings
	Return Ratio `json:"returned"` // ratings / surveys
}

// Corrections say how well the rules sort.
type Corrections struct {
	Changed  Ratio  `json:"changed"`  // by a person / sorted by the rules
	Pairs    []Pair `json:"pairs"`    // the three most frequent
	Unsorted Ratio  `json:"unsorted"` // no rule and no score / inflow
}

// Pair is a correction that happened n times.
type Pair struct {
	From string `json:"from"`
	To   string `json:"to"`
	N    int    `json:"n"`
}

// Category is a line of the table by category.
type Category struct {
	Name     string `json:"name"`
	Inflow   int    `json:"inflow"`
	Handling Spread `json:"handling"` // open time of those closed
}

// Technique is what the machinery did.
type Technique struct {
	In         int   `json:"in"`
	Out        int   `json:"out"`
	Held       int   `json:"held"`
	Ignored    int   `json:"ignored"`
	Bounced    int   `json:"bounced"` // refused or reported as undelivered
	Errors     int   `json:"errors"`  // alarms
	PollGap    int64 `json:"poll_gap"`
	OutboxWait int64 `json:"outbox_wait"`
}

// Team are the figures of a support group or, where it is allowed, of an agent.
type Team struct {
	Name     string `json:"name"`
	Closed   int    `json:"closed"`
	Backlog  int    `json:"backlog"`
	Replies  int    `json:"replies"`
	First    Spread `json:"first_response"`
	Handling Spread `json:"handling"`
	Solved   Ratio  `json:"resolution_met"`
}
