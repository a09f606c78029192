package triage

import (
	"slices"
	"strings"
	"time"

	"firstline/mailin"
)

// Agent finds an agent by id.
func (c *Config) Agent(id string) (Agent, bool) {
	for _, a := range c.People.Agents {
		if a.ID == id {
			return a, true
		}
	}
	return Agent{}, false
}

// AgentByAddress finds the agent a folded address belongs to. There is no
// confusable mapping: an address that only looks like an agent's is not one.
func (c *Config) AgentByAddress(address string) (Agent, bool) {
	if address == "" {
		return Agent{}, false
	}
	for _, a := range c.People.Agents {
		if mailin.FoldAddress(a.Address) == address {
			return a, true
		}
	}
	return Agent{}, false
}

// Group finds a support group by id.
func (c *Config) Group(id string) (Group, bool) {
	for _, g := range c.People.Groups {
		if g.ID == id {
			return g, true
		}
	}
	return Group{}, false
}

// groupLabel is the name of a group for people.
func (c *Config) groupLabel(id, lang string) string {
	g, ok := c.Group(id)
	if !ok {
		return id
	}
	return label(g.Label, lang, id)
}

// categoryLabel is the name of a category for people.
func (c *Config) categoryLabel(id, lang string) string {
	return label(c.Categories[id].Label, lang, id)
}

// priorityLabel is the name of a priority for people.
func (c *Config) priorityLabel(id, lang string) string {
	for _, p := range c.Priorities {
		if p.ID == id {
			return label(p.Label, lang, id)
		}
	}
	return id
}

// label picks the text of a language, then of any, then the fallback.
func label(texts map[string]string, lang, fallback string) string {
	for _, key := range []string{lang, "", "de", "en"} {
		if s := texts[key]; s != "" {
			return s
		}
	}
	return fallback
}

// absence finds the absence of an agent that covers now; its To is inclusive.
func (c *Config) absence(agent string, now time.Time) (Absence, bool) {
	for _, a := range c.People.Absences {
		if a.Agent == agent && a.covers(now) {
			return a, true
		}
	}
	return Absence{}, false
}

// present follows an agent's substitutes until somebody is there. The result is
// an agent id, or "" when the chain ends in nobody, or in a group.
func (c *Config) present(agent string, now time.Time) string {
	if at := c.follow(agent, now); at != "" {
		if _, ok := c.Agent(at); ok {
			return at
		}
	}
	return ""
}

// follow is where the chain of an agent's substitutes ends: an agent who is there,
// a group, or "" for nobody.
func (c *Config) follow(agent string, now time.Time) string {
	seen := map[string]bool{}
	for agent != "" && !seen[agent] {
		seen[agent] = true
		a, away := c.absence(agent, now)
		if !away {
			return agent
		}
		agent = a.Substitute
	}
	return ""
}

// standIns are who does the work of an agent now: he himself, his substitute, or
// the members of the group that stands in for him; nobody outside the company.
func (c *Config) standIns(agent string, now time.Time) []Agent {
	at := c.follow(agent, now)
	if a, ok := c.Agent(at); ok {
		return []Agent{a}
	}
	return c.presentMembers(at, now)
}

// presentMembers are the members of a group who are there, or their substitutes;
// when nobody is, those of its substitute group.
func (c *Config) presentMembers(group string, now time.Time) []Agent {
	seen := map[string]bool{}
	for group != "" && !seen[group] {
		seen[group] = true
		g, ok := c.Group(group)
		if !ok {
			return nil
		}
		var there []Agent
		for _, id := range g.Members {
			if id = c.present(id, now); id == "" { // or his substitute, if that is a person
				continue
			}
			if a, ok := c.Agent(id); ok && !slices.ContainsFunc(there, func(b Agent) bool { return b.ID == id }) {
				there = append(there, a)
			}
		}
		if len(there) > 0 || g.External {
			return there
		}
		if id := c.present(g.Substitute, now); id != "" {
			a, _ := c.Agent(id)
			return []Agent{a}
		}
		group = g.Substitute
	}
	return nil
}

// houseFor is the group outside the company that stands in for a group of which
// nobody is there.
func (c *Config) houseFor(g Group, now time.Time) (Group, bool) {
	if len(c.presentMembers(g.ID, now)) > 0 {
		return Group{}, false
	}
	for _, id := range append(slices.Clone(g.Members), g.Substitute) {
		if house, ok := c.Group(c.follow(id, now)); ok && house.External {
			return house, true
		}
	}
	return Group{}, false
}

// leadOf is who hears of trouble in a group: its lead, while he is away who stands
// in for him, else the managers, else whoever works at the first level. Nobody is
// told only if nobody is there at all.
func (c *Config) leadOf(group string, now time.Time) []Agent {
	if lead, ok := c.lead(group); ok {
		if there := c.standIns(lead.ID, now); len(there) > 0 {
			return there
		}
	}
	if there := c.managers(now); len(there) > 0 {
		return there
	}
	return c.presentMembers(c.firstLevel(), now)
}

// managers are the agents with that role who are there.
func (c *Config) managers(now time.Time) []Agent {
	var list []Agent
	for _, a := range c.People.Agents {
		if a.Role == "manager" && c.present(a.ID, now) == a.ID {
			list = append(list, a)
		}
	}
	return list
}

// firstLevel is the group that gets what no rule sends elsewhere.
func (c *Config) firstLevel() string {
	for _, g := range c.People.Groups {
		if g.Level == 1 && !g.External {
			return g.ID
		}
	}
	if len(c.People.Groups) > 0 {
		return c.People.Groups[0].ID
	}
	return ""
}

// lead is the agent a group's hierarchical escalations go to.
func (c *Config) lead(group string) (Agent, bool) {
	g, ok := c.Group(group)
	if !ok {
		return Agent{}, false
	}
	return c.Agent(g.Lead)
}

// ownAddresses are the addresses mail to us may carry, folded; nothing is ever
// sent to one of them.
func (c *Config) ownAddresses() []string {
	var own []string
	for _, m := range c.Mailboxes {
		own = append(own, mailin.FoldAddress(m.Address))
		for _, a := range m.Aliases {
			own = append(own, mailin.FoldAddress(a))
		}
	}
	return own
}

// isOwn reports whether a folded address is one of ours, plus part ignored.
func (c *Config) isOwn(address string) bool {
	local, domain, _ := strings.Cut(address, "@")
	bare, _, _ := strings.Cut(local, "+")
	return slices.Contains(c.ownAddresses(), bare+"@"+domain)
}

// mailbox finds a support mailbox by id; without one, the first.
func (c *Config) mailbox(id string) Mailbox {
	for _, m := range c.Mailboxes {
		if m.ID == id {
			return m
		}
	}
	if len(c.Mailboxes) > 0 {
		return c.Mailboxes[0]
	}
	return Mailbox{}
}

// isInternal reports whether an address is of one of the company's domains.
func (c *Config) isInternal(address string) bool {
	return slices.ContainsFunc(c.Company.InternalDomains, func(d string) bool {
		return strings.EqualFold(d, mailin.Domain(address))
	})
}

// isPartner reports whether an address belongs to a configured partner.
func (c *Config) isPartner(address string) bool {
	return slices.ContainsFunc(c.Security.Partners, func(p string) bool {
		if d, ok := strings.CutPrefix(p, "@"); ok {
			return strings.EqualFold(d, mailin.Domain(address))
		}
		return mailin.FoldAddress(p) == address
	})
}

// person is what the directory knows of an address.
func (c *Config) person(address string) Person { return c.People.Directory[address] }
