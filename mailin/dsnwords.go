package mailin

// What mail servers write in reports without a machine-readable part, lower case.

// reportPhrases stand at the top of a report.
var reportIndex = indexPhrases([]string{
	"this is the mail system at host", "this is the mail delivery", "this is the qmail-send program", "this message was created automatically by mail delivery software", "this report relates to a message you sent", "could not be delivered to", "couldn't be delivered to", "couldn't be delivered", "could not deliver", "was not delivered to", "wasn't delivered to", "delivery to the following recipient", "delivery has failed to these", "did not reach the following recipient", "undeliverable to the following", "could not be delivered", "the following addresses had permanent", "permanent fatal errors", "permanent error", "delivery failed", "failed to deliver", "unable to deliver", "can't create output", "mail delivery failed", "undelivered message", "returned to sender", "address rejected", "this is an automatically generated delivery status notification", "delivery status notification", "the original message was received at", "mail could not be delivered", "your message cannot be delivered", "message not delivered", "message could not be delivered", "your mail message to the following", "your message to the following", "a message that you sent", "recipient address rejected", "user unknown", "unknown user", "mailbox unavailable", "mailbox is full", "quota exceeded", "the user(s) account is", "the following destination addresses were unknown", "the following message to", "delivery attempts failed", "the message you sent to",
	"konnte nicht zugestellt werden", "nicht zugestellt werden", "zustellung ist fehlgeschlagen", "zustellung fehlgeschlagen", "konnte nicht übermittelt werden", "empfänger konnte nicht", "postfach des empfängers", "fehler bei der nachrichtenzustellung", "unzustellbar", "nicht zustellbar",
	"deine nachricht wurde nicht", "n'a pas pu être", "no se pudo entregar", "no se ha podido entregar", "non è stato possibile", "配送", "配信できません", "送信できません",
})

// returnedMarks stand above the returned mail.
var returnedMarks = [...]string{
	"--- below this line is a copy", "------ this is a copy of the message", "----- original message", "-----original message", "--- original message", "----- unsent message", "--- header of the original", "original message follows", "original message headers", "original headers", "the original message header", "----- message header follows", "message header follows", "---------- forwarded message", "returned message follows", "the original message is", "--- the message cannot be delivered", "--- returned message", "-- the header", "\nreceived: ", "\n> received: ", "\nreturn-path: ", "\n|------------------------- message log", "\ndkim-signature:", "\nunsent message below", "------- the original message", "copy of your message", "message text follows", "\nhere is a copy of", "ursprüngliche nachricht", "der header der nachricht", "ursprüngliche kopfzeilen", "ursprüngliche nachrichtenkopf", "original-header", "-----ursprüngliche", "the message headers", "\nhere are the message headers", "message headers follow", "headers of the message",
}

// recipientWords stand before a failed recipient in its line.
var recipientWords = [...]string{
	"rcpt to", "to:", "recipient", "user unknown", "unknown user", "failed to", "deliver", "address", "mailbox", "user", "account", "empfänger", "an:", "could not", "undeliverable", "original recipient", "destination", "for <", "<<< ", ">>> ",
}

// introWords announce the list of failed recipients; what stands above is about
// the mail itself.
var introWords = [...]string{
	"following recipient", "following address", "following destination", "could not be delivered to", "couldn't be delivered to", "was not delivered to", "wasn't delivered to", "not be delivered to:", "addresses had permanent", "had permanent delivery errors", "permanent fatal errors", "folgenden empfänger", "folgende empfänger", "delivery has failed to these", "failed recipient", "undeliverable to",
}

// aliveWords name failures that are not the address's, lower case.
var aliveWords = [...]string{
	"quota", "ist voll", "speicherplatz", "mailbox full", "mailbox is full", "over limit", "storage", "blocked", "blacklist", "block list", "blocklist", "spam", "policy", "reputation", "rate limit", "too many", "too large", "size limit", "relay", "authenticat", "spf", "dkim", "dmarc", "reverse dns", "ptr record", "timed out", "timeout", "connection refused", "content", "virus", "not rfc", "sender", "temporar", "loop", "hop count", "expired", "suspended", "disabled",
}

// statusWord maps a phrase to the status it means (RFC 3463).
type statusWord struct{ word, status string }

var statusWords = []statusWord{
	{"mailbox is full", "5.2.2"}, {"mailbox full", "5.2.2"}, {"quota exceeded", "5.2.2"}, {"over quota", "5.2.2"}, {"exceeded storage", "5.2.2"}, {"postfach ist voll", "5.2.2"}, {"postfach voll", "5.2.2"}, {"empfängers ist voll", "5.2.2"}, {"speicherplatz", "5.2.2"}, {"überfüllt", "5.2.2"},
	{"user unknown", "5.1.1"}, {"unknown user", "5.1.1"}, {"no such user", "5.1.1"}, {"unknown recipient", "5.1.1"}, {"recipient unknown", "5.1.1"}, {"does not exist", "5.1.1"}, {"doesn't exist", "5.1.1"}, {"no such mailbox", "5.1.1"}, {"mailbox unavailable", "5.1.1"}, {"wasn't found", "5.1.1"}, {"not found", "5.1.1"}, {"addresses were unknown", "5.1.1"}, {"no mailbox here", "5.1.1"}, {"user not found", "5.1.1"}, {"unbekannt", "5.1.1"}, {"existiert nicht", "5.1.1"}, {"nicht gefunden", "5.1.1"}, {"nicht bekannt", "5.1.1"}, {"invalid recipient", "5.1.1"}, {"not listed in", "5.1.1"}, {"user doesn't have", "5.1.1"}, {"unrouteable address", "5.1.2"}, {"host unknown", "5.1.2"}, {"domain not found", "5.1.2"}, {"unknown host", "5.1.2"},
	{"too large", "5.3.4"}, {"size limit", "5.3.4"}, {"message size exceeds", "5.3.4"}, {"timed out", "4.4.7"}, {"retry timeout exceeded", "4.4.7"}, {"retry time not reached", "4.4.7"}, {"too long in the queue", "4.4.7"}, {"connection refused", "4.4.1"}, {"unable to relay", "5.7.1"}, {"relaying denied", "5.7.1"}, {"spam", "5.7.1"}, {"blocked", "5.7.1"}, {"access denied", "5.7.1"}, {"rejected", "5.7.1"},
}
