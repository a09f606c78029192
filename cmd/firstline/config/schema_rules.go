package config

import "strings"

// ruleSchema lists the keys of the sections that package rules decodes, in the form
// of schema(). A test compares them with what the decoder accepts.
func ruleSchema() map[string][]string {
	s := map[string][]string{}
	for section, keys := range map[string]string{
		"categorize":   "min_points min_lead else",
		"categories.*": "label group strong medium weak note",
		"rules[]":      "name when then stop override applies_to tests enabled note",
		"when": "words words_also words_all subject body attachment_text regex from to cc from_domain sender_group mailbox header " +
			"attachment language is auth time category priority priority_at_least tags score similar_recent sender_open_tickets any_of all_of none_of",
		"when.regex":               "in pattern",
		"when.attachment":          "name type larger_than count",
		"when.time":                "during outside weekday between day_of_month date",
		"when.score":               "category at_least",
		"when.similar_recent":      "same within at_least",
		"when.sender_open_tickets": "at_least",
		"then": "category priority priority_at_least impact urgency group assign tags watchers sla kind faq receipt reply notify " +
			"escalate incident hold ignore reject language requester_from set_subject template_note",
		"then.escalate": "to reason",
		"faq_settings":  "mode min_score min_lead max_words never_if same_answer_again_after ask_after close_after editor",
		"faq[]": "id category questions must never_if min_score min_lead mode answer after_answer attachments valid_until review_by " +
			"owner note tests",
		"test":      "name mail expect",
		"test.mail": "from to subject body at attachments headers file mailbox auth language reply internal",
		"test.expect": "category priority group assign sla language faq receipt state tags rules not_rules notify kind escalate incident hold " +
			"ignore reject reply template_note requester subject impact urgency watchers",
	} {
		s[section] = strings.Fields(keys)
	}
	return s
}

// kinds say what a key holds, by section and key. A key that is missing here may
// hold anything its section allows. The words are those of valueSchema.
func kinds() map[string]string {
	k := map[string]string{}
	for section, keys := range map[string]string{
		"": "version=const:1 priority_default=priority sla_default=text people_in_reports=enum:none|team|named include=list " +
			"priority_matrix=matrix tests=list:ref:test",
		"company": "name=text timezone=text language=enum:de|en languages=enums:de|en internal_domains=many phone=text",
		"mailboxes[]": "id=name address=address aliases=many mode=enum:live|observe|training since=enum:start|all max_size=size " +
			"poll=span:h",
		"mailboxes[].imap":        serverKinds,
		"mailboxes[].imap.oauth2": oauthKinds,
		"mailboxes[].folders":     "inbox=text done=text ignored=text failed=text",
		"outgoing":                "from_name=text plus_addressing=bool thread_index=bool null_sender=bool",
		"outgoing.smtp":           serverKinds,
		"outgoing.smtp.oauth2":    oauthKinds,
		"outgoing.limits": "auto_mails_per_sender_per_day=int:1:1000 auto_mails_per_sender_per_10min=int:1:1000 " +
			"auto_mails_per_domain_per_hour=int:1:100000 mails_per_hour=int:1:100000",
		"security": "may_open_tickets=enums:internal|partners|anyone partners=many unknown_senders=enum:hold|reject|accept " +
			"internal_proof=enum:authserv|exchange|received_from trusted_authserv=many border_hosts=many received_from=many " +
			"agent_commands_need=list:enum:authenticated|token",
		"ticket": "prefix=pattern:^[A-Za-z][A-Za-z0-9]{0,9}$ first_number=int:1:1000000000 reopen_within=span:hd " +
			"close_resolved_after=span:hb reopen_grace=span:hd reprioritise_grace=span:hd confirm=enum:needed|always",
		"ticket.waiting":         "remind_after=span:hb resolve_after=span:hb",
		"people":                 "sender_groups=map:many directory=text",
		"people.agents[]":        "id=name name=text email=address level=int:1:2 language=enum:de|en role=enum:agent|manager calendar=text",
		"people.groups.*":        "label=label level=int:1:2 members=list lead=text substitute=text assign=enum:least_open|round_robin|none external=bool email=address hide_internal_notes=bool",
		"people.absences[]":      "agent=text from=date to=date substitute=text",
		"calendars.*":            "hours=map:many timezone=text",
		"calendars.*.holidays":   "region=text also=many without=many",
		"calendars.*.closings[]": "every=yearly date=date to=date hours=many name=text",
		"priorities.*":           "label=label",
		"slas.*":                 "calendar=text pause_when=list:enum:waiting_requester|waiting_vendor|faq_answered|scheduled warn_at=percent",
		"slas.*.targets.*":       "first_reply=span:hb next_reply=span:hb resolve=span:hb second_level_takes=span:hb",
		"escalations[]":          "name=text hand_over=map:many notify=many",
		"escalations[].at":       "clock=enum:first_reply|next_reply|resolve|second_level_takes used=percent idle=span:h only_level=int:0:2",
		"templates":              "folder=text receipt=map:label notes=map:text remote=label",
		"reports[]":              "name=text cron=text to=many kind=enum:weekly|monthly|open_list|knowledge language=enum:de|en",
		"reports[].targets":      "first_response=int:0:100 resolution=int:0:100 csat=int:0:100",
		"privacy":                "keep_messages=span:dm keep_attachments=span:dm anonymise_after=span:dm keep_other_mail=span:dm legal_hold=many mask_in_logs=enums:subject|body|address",
		"privacy.classes[]":      "name=text categories=many tags=many keep_messages=span:dm keep_attachments=span:dm anonymise_after=span:dm",
		"store":                  "dir=text",
		"log":                    "level=enum:debug|info|warn|error format=enum:text|json",

		"categorize":   "min_points=int:0:1000 min_lead=int:0:1000 else=text",
		"categories.*": "label=label group=text strong=list medium=list weak=list note=text",
		"rules[]":      "name=text when=ref:when then=ref:then stop=bool override=bool applies_to=enum:new|reply|both tests=list:ref:test enabled=bool note=text",
		"when": "words=list words_also=list words_all=list subject=list body=list attachment_text=list from=many to=many cc=many " +
			"from_domain=many sender_group=many mailbox=many header=map:text language=enums:de|en|other " +
			"is=enums:reply|forwarded|auto_reply|bounce|mailing_list|external|internal|has_attachment|encrypted|signed|high_importance|empty|first_contact|vip " +
			"auth=enums:pass|none|fail category=many priority=priorities priority_at_least=priority tags=many " +
			"any_of=list:ref:when all_of=list:ref:when none_of=list:ref:when",
		"when.regex":               "in=enum:text|subject|body pattern=text",
		"when.attachment":          "name=many type=many larger_than=size count=int:1:1000",
		"when.time":                "during=text outside=text weekday=many between=many day_of_month=ints:1:31 date=dates",
		"when.score":               "category=text at_least=int:0:1000000",
		"when.similar_recent":      "same=enum:category|words within=span:hd at_least=int:1:100000",
		"when.sender_open_tickets": "at_least=int:1:100000",
		"then": "category=text priority=priority priority_at_least=priority impact=text urgency=text group=text assign=text tags=many watchers=many " +
			"sla=text kind=enum:incident|request faq=text receipt=text reply=text notify=many incident=text hold=text ignore=text reject=text " +
			"language=enum:de|en requester_from=text set_subject=text template_note=text",
		"then.escalate": "to=text reason=text",
		"faq_settings": "mode=enum:answer|suggest|off min_score=number:0:1 min_lead=number:0:1 max_words=int:1:10000 never_if=list:ref:when " +
			"same_answer_again_after=span:hd ask_after=span:hb close_after=span:hb editor=text",
		"faq[]": "id=text category=text questions=questions must=list:many never_if=list:ref:when min_score=number:0:1 min_lead=number:0:1 " +
			"mode=enum:answer|suggest|off answer=label after_answer=enum:wait|keep_open|close attachments=many valid_until=date review_by=date " +
			"owner=text note=text tests=list:ref:test",
		"test":      "name=text",
		"test.mail": "from=text to=text subject=text body=text at=text attachments=many headers=map:text file=text mailbox=text auth=enum:pass|none|fail language=text reply=bool internal=bool",
	} {
		for _, pair := range strings.Fields(keys) {
			key, kind, _ := strings.Cut(pair, "=")
			k[section+"/"+key] = kind
		}
	}
	return k
}

const (
	serverKinds = "host=text port=int:1:65535 tls=enum:implicit|starttls|none user=text password=pattern:^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$ " +
		"password_file=text password_credential=text ca_file=text insecure_plain=bool"
	oauthKinds = "tenant=text token_url=text client_id=text client_secret=pattern:^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$ client_secret_file=text " +
		"client_secret_credential=text scopes=list"
)
