package triage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/token"
)

// alarmDelay is how long an alarm of a worker must stand before people are told: a
// server that is back after some seconds wakes nobody.
const alarmDelay = time.Minute

// alarmLines is how many alarms one mail lists.
const alarmLines = 20

// AlarmText is what a mail about an alarm says, in the language of its reader.
type AlarmText struct {
	Title string
	Text  string
	Lines []string // a list under the text
	Fix   string   // what to do
}

// Alarm puts an alarm up and tells the people in charge at once, by one mail each.
// While the alarm stands, raising it again brings its short text up to date and
// mails nobody. It returns whether people were told.
func (d *Desk) Alarm(ctx context.Context, name, short string, say func(lang string) AlarmText) (told bool, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		told = false
		t := d.turn(ctx, tx, d.Config(), &shared{})
		if err := t.alarm(name, short); err != nil {
			return err
		}
		a, err := tx.AlarmOf(ctx, name)
		if err != nil || a.Mailed {
			return err
		}
		told = true
		return t.mailAlarms([]store.Alarm{a}, say)
	})
	if err != nil {
		return false, fmt.Errorf("alarm %s: %w", name, err)
	}
	if told {
		d.Store.Notify(store.TopicOutbox)
	}
	return told, nil
}

// AlarmOver takes an alarm down. The next one of this name is told again.
func (d *Desk) AlarmOver(ctx context.Context, name string) error {
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		_, err := tx.AlarmOf(ctx, name)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = d.Store.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.ClearAlarm(ctx, name)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("end alarm %s: %w", name, err)
	}
	return nil
}

// sweepAlarms tells people once about every alarm that a worker raised and that
// still stands, all in one mail, and takes down those that are over.
func (d *Desk) sweepAlarms(ctx context.Context) error {
	var due, over []store.Alarm
	look := func(tx *store.Tx) error {
		due, over = nil, nil
		all, err := tx.Alarms(ctx)
		if err != nil {
			return fmt.Errorf("read alarms: %w", err)
		}
		for _, a := range all {
			gone, err := d.settled(ctx, tx, a)
			switch {
			case err != nil:
				return err
			case gone:
				over = append(over, a)
			case !a.Mailed && tx.Now.Sub(a.SinceAt) >= alarmDelay:
				due = append(due, a)
			}
		}
		return nil
	}
	if err := d.Store.View(ctx, look); err != nil || len(due)+len(over) == 0 {
		return err
	}
	err := d.Store.Update(ctx, func(tx *store.Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		for _, a := range over {
			if _, err := tx.ClearAlarm(ctx, a.Name); err != nil {
				return fmt.Errorf("end alarm %s: %w", a.Name, err)
			}
		}
		if len(due) == 0 {
			return nil
		}
		return d.turn(ctx, tx, d.Config(), &shared{}).mailAlarms(due, func(lang string) AlarmText { return workerAlarm(due, lang) })
	})
	if err != nil {
		return err
	}
	d.Store.Notify(store.TopicOutbox)
	return nil
}

// asideAlarm begins the names of alarms about mails that were set aside.
const asideAlarm = "aside:"

// settled reports whether an alarm is over by itself: the mail it is about is no
// longer set aside, the FAQ entry is sent again.
func (d *Desk) settled(ctx context.Context, tx *store.Tx, a store.Alarm) (bool, error) {
	if entry, ok := strings.CutPrefix(a.Name, demotedAlarm); ok {
		bad, err := d.turn(ctx, tx, d.Config(), &shared{}).demoted(entry)
		return !bad, err
	}
	if a.Name == alarmAutomatic {
		n, err := tx.CountAutomaticAll(ctx, tx.Now.Add(-time.Hour))
		return n < or(d.Config().Outgoing.Limits.PerHour, perHour), err
	}
	s, ok := strings.CutPrefix(a.Name, asideAlarm)
	if !ok {
		return false, nil
	}
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return false, nil
	}
	in, err := tx.Inbound(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read inbox %d: %w", id, err)
	}
	return in.State != "aside", nil
}

// mailAlarms tells the people in charge about alarms.
func (t *turn) mailAlarms(list []store.Alarm, say func(lang string) AlarmText) error {
	return t.mailAlarmsTo(t.c.inCharge(t.now), list, say)
}

// mailAlarmsTo queues one mail about alarms to each reader and marks them as told.
func (t *turn) mailAlarmsTo(readers []Agent, list []store.Alarm, say func(lang string) AlarmText) error {
	first := list[0]
	for _, a := range readers {
		text := say(or(a.Language, t.c.Company.Language))
		_, err := t.toAgent(nil, a, notice{
			kind: mailout.AdminAlarm, purpose: token.Report, cause: fmt.Sprintf("alarm:%s:%d:%s", first.Name, first.SinceAt.UnixMilli(), a.ID),
			fill: func(d *mailout.InternalData) {
				d.Title, d.Text, d.Fix, d.At = text.Title, mailout.InternalReason(text.Text), text.Fix, first.SinceAt
				for _, l := range text.Lines {
					d.Lines = append(d.Lines, mailout.InternalReason(l))
				}
			},
		})
		if err != nil {
			return err
		}
	}
	for _, a := range list {
		if err := t.tx.MarkAlarmMailed(t.ctx, a.Name); err != nil {
			return fmt.Errorf("mark alarm %s: %w", a.Name, err)
		}
	}
	return nil
}

// inCharge are the people who hear of trouble with the desk itself: the managers,
// else the lead of the first level, else whoever works there.
func (c *Config) inCharge(now time.Time) []Agent {
	var list []Agent
	for _, a := range c.People.Agents {
		if a.Role == "manager" {
			list = append(list, a)
		}
	}
	if len(list) > 0 {
		return list
	}
	if lead, ok := c.lead(c.firstLevel()); ok {
		return []Agent{lead}
	}
	return c.presentMembers(c.firstLevel(), now)
}

// workerAlarm is the mail about alarms of the workers.
func workerAlarm(list []store.Alarm, lang string) AlarmText {
	if len(list) == 1 {
		t := alarmWords(list[0].Name, lang)
		t.Text = list[0].Text
		return t
	}
	pick := picker(lang)
	t := AlarmText{
		Title: fmt.Sprintf(pick("%d Störungen", "%d problems"), len(list)),
		Text:  pick("firstline arbeitet weiter, braucht aber Hilfe.", "firstline goes on, but needs help."),
		Fix:   pick("firstline status zeigt, was noch ansteht.", "firstline status shows what is still wrong."),
	}
	for _, a := range list[:min(len(list), alarmLines)] {
		t.Lines = append(t.Lines, alarmWords(a.Name, lang).Title+": "+a.Text)
	}
	if more := len(list) - alarmLines; more > 0 {
		t.Lines = append(t.Lines, fmt.Sprintf(pick("… und %d weitere", "… and %d more"), more))
	}
	return t
}

func picker(lang string) func(de, en string) string {
	return func(de, en string) string {
		if lang == "en" {
			return en
		}
		return de
	}
}

// alarmWords are the title and the advice for an alarm, by the kind in its name.
func alarmWords(name, lang string) AlarmText {
	pick := picker(lang)
	kind, rest, _ := strings.Cut(name, ":")
	switch kind {
	case "imap":
		return AlarmText{Title: fmt.Sprintf(pick("Postfach %s ist nicht erreichbar", "mailbox %s cannot be reached"), rest),
			Fix: pick("firstline doctor nennt den Schritt, der scheitert. Mails gehen nicht verloren; sie warten auf dem Server.",
				"firstline doctor names the step that fails. No mail is lost; it waits on the server.")}
	case "imap-folder":
		return AlarmText{Title: fmt.Sprintf(pick("Postfach %s: Mails lassen sich nicht verschieben", "mailbox %s: mails cannot be moved"), rest),
			Fix: pick("Ordner auf dem Server anlegen oder folders: in der Konfiguration ändern.", "Make the folder on the server, or change folders: in the configuration.")}
	case "unfetchable":
		return AlarmText{Title: pick("Eine Mail lässt sich nicht abrufen", "a mail cannot be fetched"),
			Fix: pick("Im Mailprogramm ansehen; sie liegt noch im Posteingang.", "Look at it in a mail program; it is still in the inbox.")}
	case "disk":
		return AlarmText{Title: pick("Der Datenträger ist fast voll", "the disk is nearly full"),
			Fix: pick("Platz schaffen; bis dahin nimmt firstline keine Mails an, sie warten auf dem Server.", "Make room; until then firstline accepts no mail, it waits on the server.")}
	case "smtp":
		return AlarmText{Title: pick("Der Mailserver nimmt nichts an", "the mail server takes nothing"),
			Fix: pick("firstline doctor nennt den Schritt, der scheitert. Ausgehende Mails warten.", "firstline doctor names the step that fails. Leaving mail waits.")}
	case "smtp_login":
		return AlarmText{Title: pick("Anmeldung am Mailserver abgelehnt", "login at the mail server refused"),
			Fix: pick("Kennwort in der Kennwortdatei erneuern; es wird beim nächsten Versuch neu gelesen.", "Renew the password in its file; it is read again at the next attempt.")}
	case "smtp_sender":
		return AlarmText{Title: pick("Der Mailserver verbietet unseren Absender", "the mail server forbids our sender address"),
			Fix: pick("Dem Zugang das Senden als Support-Adresse erlauben.", "Allow the account to send as the support address.")}
	case "timer":
		return AlarmText{Title: pick("Eine Frist ließ sich nicht bearbeiten", "what fell due for a ticket was not carried out"),
			Fix: pick("firstline sla zeigt die Uhren des Tickets, das Protokoll den Grund. Die Uhren der anderen Tickets laufen weiter.",
				"firstline sla shows the clocks of the ticket, the log the reason. The clocks of the other tickets go on.")}
	case "aside":
		return AlarmText{Title: pick("Eine Mail wurde zur Seite gelegt", "a mail was set aside"),
			Fix: fmt.Sprintf(pick("Ansehen: firstline show --raw %[1]s · noch einmal versuchen: firstline inbox retry %[1]s", "Look: firstline show --raw %[1]s · try again: firstline inbox retry %[1]s"), rest)}
	}
	return AlarmText{Title: pick("Störung: ", "problem: ") + name, Fix: pick("firstline status zeigt den Stand.", "firstline status shows the state.")}
}
