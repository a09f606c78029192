package config

import "strings"

// schema lists the keys of every section. "[]" stands for the entries of a
// list, "*" for keys the admin chooses. The sections of the rule language
// (categories, rules, faq, tests) are decoded by package rules.
func schema() map[string][]string {
	s := map[string][]string{}
	for section, keys := range map[string]string{
		"": "version company mailboxes outgoing security ticket people calendars priorities priority_default priority_matrix " +
			"slas sla_default escalations categorize categories rules faq_settings faq templates reports people_in_reports " +
			"privacy store log tests include",
		"company":                 "name timezone language languages internal_domains phone",
		"mailboxes[]":             "id address aliases mode since max_size poll imap folders",
		"mailboxes[].imap":        serverKeys,
		"mailboxes[].imap.oauth2": oauthKeys,
		"mailboxes[].folders":     "inbox done ignored failed",
		"outgoing":                "smtp from_name plus_addressing thread_index null_sender limits",
		"outgoing.smtp":           serverKeys,
		"outgoing.smtp.oauth2":    oauthKeys,
		"outgoing.limits":         "auto_mails_per_sender_per_day auto_mails_per_sender_per_10min auto_mails_per_domain_per_hour mails_per_hour",
		"security":                "may_open_tickets partners unknown_senders internal_proof trusted_authserv border_hosts received_from agent_commands_need",
		"ticket":                  "prefix first_number reopen_within close_resolved_after waiting reopen_grace reprioritise_grace confirm",
		"ticket.waiting":          "remind_after resolve_after",
		"people":                  "agents groups sender_groups absences directory",
		"people.agents[]":         "id name email level language role calendar",
		"people.groups.*":         "label level members lead substitute assign external email hide_internal_notes",
		"people.absences[]":       "agent from to substitute",
		"calendars.*":             "hours holidays closings timezone",
		"calendars.*.holidays":    "region also without",
		"calendars.*.closings[]":  "every date to hours name",
		"priorities.*":            "label",
		"slas.*":                  "calendar pause_when warn_at targets",
		"slas.*.targets.*":        "first_reply next_reply resolve second_level_takes",
		"escalations[]":           "name at hand_over notify",
		"escalations[].at":        "clock used idle only_level",
		"templates":               "folder receipt notes remote",
		"reports[]":               "name cron to kind language targets",
		"reports[].targets":       "first_response resolution csat",
		"privacy":                 "keep_messages keep_attachments anonymise_after keep_other_mail classes legal_hold mask_in_logs",
		"privacy.classes[]":       "name categories tags keep_messages keep_attachments anonymise_after",
		"store":                   "dir",
		"log":                     "level format",
	} {
		s[section] = strings.Fields(keys)
	}
	return s
}

const (
	serverKeys = "host port tls user password password_file password_credential oauth2 ca_file insecure_plain"
	oauthKeys  = "tenant token_url client_id client_secret client_secret_file client_secret_credential scopes"
)
