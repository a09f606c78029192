package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
)

// CSV are all figures of all periods, one line each, for a spreadsheet: semicolons
// and a byte order mark, so that Excel opens it with umlauts. Rates are numerator
// and denominator, lengths are seconds.
func (r *Report) CSV(w Words) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = ';', true
	line := func(cells ...string) { _ = out.Write(cells) } // into memory: no error is possible
	line("period", "from", "to", "figure", "detail", "value", "numerator", "denominator", "median_s", "p90_s", "n")
	for i := range r.Series {
		v := &r.Series[i]
		c := csvLines{head: []string{v.Period.Key, v.Period.From.Format("2006-01-02"), v.Period.To.Format("2006-01-02")}, write: line, w: w}
		c.values(v)
	}
	out.Flush()
	return b.Bytes()
}

type csvLines struct {
	head  []string
	write func(cells ...string)
	w     Words
}

func (c csvLines) line(name, detail string, cells ...string) {
	row := append(append([]string{}, c.head...), name, spreadsheetSafe(detail))
	row = append(row, cells...)
	for len(row) < 11 {
		row = append(row, "")
	}
	c.write(row...)
}

// spreadsheetSafe keeps a text from being read as a formula (CWE-1236).
func spreadsheetSafe(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

func (c csvLines) count(name, detail string, n int) { c.line(name, detail, strconv.Itoa(n)) }

func (c csvLines) rate(name, detail string, r Ratio) {
	c.line(name, detail, "", strconv.Itoa(r.Num), strconv.Itoa(r.Den))
}

func (c csvLines) spread(name, detail string, s Spread) {
	c.line(name, detail, "", "", "", fmt.Sprint(s.Median), fmt.Sprint(s.P90), strconv.Itoa(s.N))
}

func (c csvLines) lengths(name string, l Lengths) {
	c.spread(name, "open time", l.Used)
	c.spread(name, "open time with pauses", l.Gross)
	c.spread(name, "calendar time", l.Wall)
}

func (c csvLines) values(v *Values) {
	c.count("inflow", "", v.Inflow.Total)
	for _, n := range v.Inflow.ByChannel {
		c.count("inflow by channel", n.Name, n.N)
	}
	for _, n := range v.Inflow.ByCategory {
		c.count("inflow by category", c.w.label(LabelCategory, n.Name), n.N)
	}
	for h, n := range v.Inflow.ByHour {
		if n > 0 {
			c.count("inflow by hour", fmt.Sprintf("%02d:00", h), n)
		}
	}
	c.lengths("first response", v.First)
	c.count("first response by phone", "", v.FirstPhone)
	c.lengths("next response", v.Next)
	c.lengths("handling", v.Handling)
	c.count("closed", "", v.Closed)
	for _, n := range v.Categories {
		c.spread("handling by category", c.w.label(LabelCategory, n.Name), n.Handling)
	}
	for _, a := range v.Attainment {
		c.rate("sla met", a.Clock, a.All)
		for _, p := range a.ByPriority {
			c.rate("sla met", a.Clock+" "+p.Priority, p.Ratio)
		}
	}
	c.count("backlog", "", v.Backlog.Total)
	for i, name := range []string{"up to 1 open day", "up to 3 open days", "up to 10 open days", "older"} {
		c.count("backlog by age", name, v.Backlog.Ages[i])
	}
	for _, n := range v.Backlog.ByState {
		c.count("backlog by state", n.Name, n.N)
	}
	c.count("overdue", "", v.Backlog.Overdue)
	c.line("daily closures, median of 20 open days", "", fmt.Sprint(v.Backlog.Daily))
	c.rate("reopened", "provisional", v.Reopened)
	if v.Final.Key != "" {
		c.rate("reopened", "final for "+v.Final.Key, v.Final.Ratio)
	}
	c.rate("escalated", "", v.Escalation.Tickets)
	c.count("escalated", "manual", v.Escalation.Manual)
	c.count("escalated", "rule", v.Escalation.Rule)
	c.count("escalated", "timer", v.Escalation.Timer)
	c.count("escalated", "hierarchical", v.Escalation.Hierarchical)
	c.rate("returned", "", v.Escalation.Returned)
	c.rate("first contact resolution", "", v.FirstFix)
	c.rate("first level resolution", "", v.FirstLevel)
	c.count("faq answered", "", v.FAQ.Answered)
	c.rate("faq confirmed", "", v.FAQ.Confirmed)
	c.count("faq silent", "", v.FAQ.Silent)
	c.rate("faq wrong", "", v.FAQ.Wrong)
	c.rate("satisfied", "", v.Rating.Good)
	c.rate("surveys returned", "", v.Rating.Return)
	c.rate("category corrected", "", v.Corrections.Changed)
	for _, p := range v.Corrections.Pairs {
		c.count("category corrected", c.w.label(LabelCategory, p.From)+" > "+c.w.label(LabelCategory, p.To), p.N)
	}
	c.rate("unsorted", "", v.Corrections.Unsorted)
	c.line("replies per ticket", "", "", "", "", fmt.Sprint(v.Touches.Median), fmt.Sprint(v.Touches.P90), strconv.Itoa(v.Touches.N))
	c.rate("handovers per ticket", "", v.Handovers)
	c.technique(v.Technique)
	c.teams(LabelGroup, v.Groups)
	c.teams(LabelAgent, v.Agents)
}

func (c csvLines) technique(t Technique) {
	for _, n := range []Named{{"in", t.In}, {"out", t.Out}, {"held", t.Held}, {"ignored", t.Ignored}, {"bounced", t.Bounced}, {"errors", t.Errors},
		{"longest poll gap s", int(t.PollGap)}, {"longest outbox wait s", int(t.OutboxWait)}} {
		c.count("mails", n.Name, n.N)
	}
}

func (c csvLines) teams(what string, teams []Team) {
	for _, t := range teams {
		name := c.w.label(what, t.Name)
		c.count(what+" closed", name, t.Closed)
		c.count(what+" backlog", name, t.Backlog)
		c.count(what+" replies", name, t.Replies)
		c.spread(what+" first response", name, t.First)
		c.spread(what+" handling", name, t.Handling)
		c.rate(what+" resolution met", name, t.Solved)
	}
}
