// Command firstline is a help desk that lives entirely in mail: it turns the
// mails of a support mailbox into tickets, sorts and answers them, and escalates
// what stays too long.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // slim systems have no zone files

	"firstline/store"
)

// Exit codes, after sysexits.h, so that scripts and systemd can tell what to do.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitData        = 65
	exitUnavailable = 69
	exitIO          = 74
	exitTemporary   = 75
	exitConfig      = 78
)

const usage = `firstline turns the mails of a support mailbox into tickets.

Usage:  firstline VERB [-c config.yaml] [--json] [ARGUMENTS]

See it work
  demo                 the whole loop with sample mails on built-in mail servers (--exit ends after the story)

Set up
  init [DIR]           write a commented starter configuration (config.yaml, rules, FAQ)
  check                check configuration, rules, FAQ and templates; every finding with file, line and fix
                       (--with-history: also what no mail of 90 days needed)
  test                 run the tests that stand inside the rules
  explain FILE...      what firstline reads in a mail and what it would do with it; writes nothing
  explain IT-10423     why the mails of a ticket were decided as they were
  replay --config NEW  stored mails through an edited configuration: what would be decided otherwise (--since 30d)
  suggest-rules        propose words and rules from people's corrections, with their effect; changes nothing
  tune-faq             propose FAQ thresholds from what became of the answers; changes nothing (--since 180d)
  templates            the texts of all mails: look, copy one to edit it (--copy), see them all (--preview DIR)
  schema               a JSON Schema of config.yaml, for editors
  doctor               log in to IMAP and SMTP and name the step that fails

Run
  run                  the daemon; SIGHUP or a changed file reloads the rules, SIGTERM drains
  reload               check the configuration and have the running daemon take it over now
  status               is it healthy: last contact, backlog, outbox, next due; the exit code is for monitors

Look
  decisions            what was decided about the mails of the last days, also by a mailbox that only observes (--since 30d)
  tickets              list tickets (--state, --group, --assignee, --requester, --limit)
  show IT-10423        one ticket with its timeline, mails and reasons
  sla                  when would it be due (--priority P2 [--at TIME]); --json FILE.input.json computes one case
  sla IT-10423         the clocks of a ticket as a timeline
  sla --policy NEW     other service levels on stored tickets: breaches and calls that would have been (--since 90d)
  report               key figures of the last week with charts (--week, --month, --since; --format table|csv|json|html; --to mails it)
  faq                  how often each FAQ entry was used, whether it helped, and what is due (--since 90d)
  inbox [retry ID]     what waits and what was set aside, and why; retry puts a mail back in the queue
  outbox [retry ID|cancel ID]  what waits to leave, what failed, and why

Keep
  backup FILE          a consistent copy while the daemon runs
  restore FILE         put a backup into an empty data directory
  export ADDRESS       everything about one person, as a zip file; export IT-10423 writes the mails of a ticket as mbox
  forget ADDRESS       erase a person (--keep-statistics leaves the figures; --dry-run only says what would go)
  retention            how long what is kept, and what is due now (--apply erases it; the daemon does it at night)
  fsck                 check the invariants of the data; prints what violates them
  keys [rotate|retire ID]  the keys that sign our Message-IDs; rotate adds one (the daemon does it twice a year)
  version              version, commit, SQLite version

Example
  firstline init helpdesk && cd helpdesk && firstline check && firstline run

The configuration is config.yaml in the current directory unless -c names another.
`

// verb is one subcommand: it parses its own flags from args.
type verb struct {
	name string
	run  func(ctx context.Context, c *cli, args []string) error
}

// verbs lists the subcommands in the order of the usage text.
func verbs() []verb {
	return []verb{
		{"demo", runDemo}, {"init", runInit}, {"check", runCheck}, {"test", runTest}, {"explain", runExplain}, {"replay", runReplay}, {"suggest-rules", runSuggestRules}, {"tune-faq", runTuneFAQ},
		{"templates", runTemplates}, {"schema", runSchema}, {"doctor", runDoctor},
		{"run", runDaemon}, {"reload", runReload}, {"status", runStatus},
		{"decisions", runDecisions}, {"tickets", runTickets}, {"show", runShow}, {"sla", runSLA}, {"report", runReport}, {"faq", runFAQ}, {"inbox", runInbox}, {"outbox", runOutbox},
		{"backup", runBackup}, {"restore", runRestore}, {"export", runExport}, {"forget", runForget}, {"retention", runRetention}, {"fsck", runFsck}, {"keys", runKeys}, {"version", runVersion},
	}
}

// exitError ends the program with a code; its text, if any, is printed first.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// exit wraps an error with the exit code the program ends with.
func exit(code int, err error) error { return exitError{code, err} }

// usageError is a wrong call.
func usageError(format string, args ...any) error {
	return exit(exitUsage, fmt.Errorf(format, args...))
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &cli{in: stdin, out: stdout, err: stderr}
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	name := args[0]
	switch name {
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return exitOK
	case "--version":
		name = "version"
	}
	i := slices.IndexFunc(verbs(), func(v verb) bool { return v.name == name })
	if i < 0 {
		fmt.Fprintf(stderr, "firstline: no such verb: %q\n\n%s", name, usage)
		return exitUsage
	}
	return c.report(verbs()[i].run(ctx, c, args[1:]))
}

// report prints an error once and turns it into the exit code.
func (c *cli) report(err error) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	code := exitFailed
	var e exitError
	switch {
	case errors.As(err, &e):
		code = e.code
	case errors.Is(err, store.ErrLocked), errors.Is(err, store.ErrUnknownOutcome), errors.Is(err, store.ErrBusy):
		code = exitTemporary
	case errors.Is(err, store.ErrDiskFull), errors.Is(err, store.ErrIO), errors.Is(err, store.ErrCorrupt):
		code = exitIO
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		code = exitIO
	}
	if text := strings.TrimSpace(err.Error()); text != "" {
		fmt.Fprintf(c.err, "firstline: %s\n", text)
	}
	return code
}
