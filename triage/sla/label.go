package sla

// Label is the name of a kind of clock for readers, in German ("de") or English.
func Label(kind, lang string) string {
	pair, ok := map[string][2]string{
		FirstResponse: {"Erste Reaktion", "First response"}, NextResponse: {"Folgereaktion", "Next response"},
		Resolution: {"Lösung", "Resolution"}, TakeOver: {"Übernahme 2nd-Level", "Take-over by level 2"},
	}[kind]
	return pick(pair, ok, kind, lang)
}

// StateLabel is the name of the state of a clock.
func StateLabel(state, lang string) string {
	pair, ok := map[string][2]string{
		Running: {"läuft", "running"}, Paused: {"pausiert", "paused"}, Met: {"eingehalten", "met"}, Breached: {"verletzt", "breached"},
		NotApplicable: {"entfällt", "not applicable"},
	}[state]
	return pick(pair, ok, state, lang)
}

// Label says what an event was.
func (e Event) Label(lang string) string {
	pair, ok := map[Event][2]string{
		EventOpened: {"eröffnet", "opened"}, EventPhone: {"am Telefon aufgenommen", "taken by phone"}, EventReply: {"Antwort", "reply"},
		EventWait: {"wartet auf Anfragende", "waits for the requester"}, EventRequester: {"Anfragende schreiben", "the requester wrote"},
		EventFAQ: {"FAQ-Antwort", "FAQ answer"}, EventFAQNo: {"FAQ half nicht", "the FAQ did not help"}, EventFAQYes: {"durch FAQ gelöst", "solved by the FAQ"},
		EventEscalated: {"an Second-Level", "to the second level"}, EventTaken: {"Second-Level übernimmt", "the second level takes over"},
		EventReturned: {"zurück an First-Level", "back to the first level"}, EventResolved: {"gelöst", "resolved"},
		EventSolvedByRequester: {"von Anfragenden als gelöst gemeldet", "solved, says the requester"}, EventReopened: {"wieder geöffnet", "reopened"},
		EventReopenedByAgent: {"wieder geöffnet (Agent)", "reopened by an agent"}, EventRetarget: {"neue Ziele", "new targets"},
		EventState: {"bearbeitet", "worked on"}, EventClosed: {"geschlossen", "closed"}, EventDiscarded: {"verworfen", "discarded"},
		EventMerged: {"zusammengeführt", "merged"}, EventRestored: {"Zusammenführung aufgehoben", "merge undone"},
	}[e]
	return pick(pair, ok, string(e), lang)
}

func pick(pair [2]string, ok bool, fallback, lang string) string {
	switch {
	case !ok:
		return fallback
	case lang == "de":
		return pair[0]
	}
	return pair[1]
}
