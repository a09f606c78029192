package rules

import "maps"

// Schema lists the keys of every section this package decodes, for a JSON
// Schema and for completion in editors. "[]" stands for the entries of a list,
// "*" for keys the admin chooses.
func Schema() map[string][]string {
	s := map[string][]string{
		"categorize":             {"min_points", "min_lead", "else"},
		"categories.*":           categoryKeys,
		"rules[]":                ruleKeys,
		"rules[].then":           thenKeys,
		"rules[].then.escalate":  {"to", "reason"},
		"faq_settings":           faqSettingKeys,
		"faq[]":                  faqKeys,
		"rules[].tests[]":        testKeys,
		"rules[].tests[].mail":   mailKeys,
		"rules[].tests[].expect": expectKeys,
		"faq[].tests[]":          testKeys,
		"faq[].tests[].mail":     mailKeys,
		"faq[].tests[].expect":   expectKeys,
		"tests[]":                testKeys,
		"tests[].mail":           mailKeys,
		"tests[].expect":         expectKeys,
	}
	for _, when := range []string{"rules[].when", "faq_settings.never_if[]", "faq[].never_if[]"} {
		s[when] = whenKeys
		for key, keys := range map[string][]string{
			"regex": {"in", "pattern"}, "attachment": {"name", "type", "larger_than", "count"}, "time": timeKeys,
			"score": {"category", "at_least"}, "similar_recent": {"same", "within", "at_least"}, "sender_open_tickets": {"at_least"},
			"any_of[]": whenKeys, "all_of[]": whenKeys, "none_of[]": whenKeys,
		} {
			s[when+"."+key] = keys
		}
	}
	return s
}

// Enums lists the values of keys that take one of a few words, by the name of
// the key.
func Enums() map[string][]string {
	return maps.Clone(map[string][]string{
		"is": isKinds, "auth": {"pass", "none", "fail"}, "language": {"de", "en", "other"}, "applies_to": {"new", "reply", "both"},
		"kind": {"incident", "request"}, "mode": faqModes, "after_answer": {"wait", "keep_open", "close"}, "in": {"text", "subject", "body"},
		"same": {"category", "words"},
	})
}

var (
	categoryKeys = []string{"label", "group", "strong", "medium", "weak", "note"}
	testKeys     = []string{"name", "mail", "expect"}
	timeKeys     = []string{"during", "outside", "weekday", "between", "day_of_month", "date"}
)
