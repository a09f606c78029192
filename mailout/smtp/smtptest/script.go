package smtptest

// Stage is a step of the conversation at which a fault can happen.
type Stage string

// The stages, in order.
const (
	Greeting Stage = "greeting"
	Hello    Stage = "EHLO"
	TLS      Stage = "STARTTLS"
	Auth     Stage = "AUTH"
	MailFrom Stage = "MAIL"
	RcptTo   Stage = "RCPT"
	Data     Stage = "DATA" // before 354
	Text     Stage = "text" // within the text: it is not read to its end
	Dot      Stage = "dot"  // the text is complete, before the reply
)

// Event is one step as it happens.
type Event struct {
	Stage Stage
	N     int // how often this stage was reached, from 1
	Conn  int // number of the connection, from 1
	From  string
	To    string // of RCPT, and the first recipient from then on
	Raw   []byte // at Dot
}

// Fault is what goes wrong at a step, in this order.
type Fault struct {
	// Wait holds the reply back until it is closed.
	Wait <-chan struct{}
	// Accept takes the mail all the same: at Dot, so that the mail is delivered
	// although the reply says otherwise or never comes.
	Accept bool
	// Reply is sent as it is instead of the usual one; "" with Drop = nothing.
	// Without a line end, CRLF is added.
	Reply string
	// Bytewise sends the reply, or the usual one, byte by byte.
	Bytewise bool
	// Drop closes the connection then.
	Drop bool
}

// Script returns a script that asks each of fs until one answers.
func Script(fs ...func(Event) *Fault) func(Event) *Fault {
	return func(e Event) *Fault {
		for _, f := range fs {
			if fault := f(e); fault != nil {
				return fault
			}
		}
		return nil
	}
}

// Times faults the first n visits of a stage.
func Times(st Stage, n int, f Fault) func(Event) *Fault {
	return func(e Event) *Fault {
		if e.Stage == st && e.N <= n {
			return &f
		}
		return nil
	}
}

// Always faults every visit of a stage.
func Always(st Stage, f Fault) func(Event) *Fault {
	return func(e Event) *Fault {
		if e.Stage == st {
			return &f
		}
		return nil
	}
}

// For faults a stage for one recipient alone.
func For(rcpt string, st Stage, f Fault) func(Event) *Fault {
	return func(e Event) *Fault {
		if e.Stage == st && e.To == rcpt {
			return &f
		}
		return nil
	}
}
