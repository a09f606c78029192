package smtptest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// session is one connection (RFC 5321).
type session struct {
	srv  *Server
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
	n    int

	secure bool
	hello  bool
	user   string
	from   string
	inMail bool
	to     []string
	done   bool
}

// maxLine bounds a command line in bytes.
const maxLine = 4096

func newSession(srv *Server, c net.Conn, n int) *session {
	s := &session{srv: srv, n: n}
	if srv.opt.ImplicitTLS && srv.opt.TLS != nil {
		c = tls.Server(c, srv.opt.TLS)
		s.secure = true
	}
	s.use(c)
	return s
}

func (s *session) use(c net.Conn) {
	s.conn, s.r, s.w = c, bufio.NewReaderSize(c, maxLine), bufio.NewWriter(c)
}

func (s *session) run() {
	s.reply(Greeting, "220 "+s.srv.opt.Domain+" ESMTP model server")
	for !s.done {
		line, err := s.line()
		if err != nil {
			return
		}
		verb, arg, _ := strings.Cut(line, " ")
		s.command(strings.ToUpper(verb), arg)
	}
}

func (s *session) line() (string, error) {
	b, err := s.r.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// say sends a reply and closes the connection when that fails.
func (s *session) say(text string) {
	if _, err := s.w.WriteString(text + "\r\n"); err != nil || s.w.Flush() != nil {
		s.done = true
	}
}

// reply sends the reply of a stage, or what the script puts in its place; ok is
// false when the stage did not go as usual.
func (s *session) reply(st Stage, usual string) (ok bool) {
	f := s.fault(st, nil)
	if f == nil {
		s.say(usual)
		return true
	}
	s.play(f, usual)
	return f.Reply == "" && !f.Drop
}

func (s *session) fault(st Stage, raw []byte) *Fault {
	e := Event{Stage: st, Conn: s.n, From: s.from, Raw: raw}
	if len(s.to) > 0 {
		e.To = s.to[0]
	}
	return s.srv.ask(e)
}

func (s *session) play(f *Fault, usual string) {
	if f.Wait != nil {
		<-f.Wait
	}
	text := f.Reply
	if text == "" && !f.Drop {
		text = usual
	}
	if text != "" {
		if !strings.HasSuffix(text, "\n") {
			text += "\r\n"
		}
		if f.Bytewise {
			for i := 0; i < len(text) && !s.done; i++ {
				s.w.WriteByte(text[i])
				s.done = s.w.Flush() != nil
			}
		} else {
			s.w.WriteString(text)
			s.done = s.w.Flush() != nil
		}
	}
	s.done = s.done || f.Drop
}

func (s *session) command(verb, arg string) {
	switch verb {
	case "EHLO", "HELO":
		s.ehlo(verb)
	case "STARTTLS":
		s.startTLS()
	case "AUTH":
		s.auth(arg)
	case "MAIL":
		s.mail(arg)
	case "RCPT":
		s.rcpt(arg)
	case "DATA":
		s.data()
	case "RSET":
		s.reset()
		s.say("250 2.0.0 reset")
	case "NOOP":
		s.say("250 2.0.0 ok")
	case "QUIT":
		s.say("221 2.0.0 bye")
		s.done = true
	default:
		s.say("502 5.5.1 command not known")
	}
}

func (s *session) reset() { s.from, s.to, s.inMail = "", nil, false }

func (s *session) ehlo(verb string) {
	s.reset()
	s.hello = true
	if verb == "HELO" {
		s.reply(Hello, "250 "+s.srv.opt.Domain)
		return
	}
	o := s.srv.opt
	lines := []string{o.Domain, "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"}
	if !o.NoUTF8 {
		lines = append(lines, "SMTPUTF8")
	}
	if o.MaxSize > 0 {
		lines = append(lines, "SIZE "+strconv.FormatInt(o.MaxSize, 10))
	}
	if o.TLS != nil && !s.secure {
		lines = append(lines, "STARTTLS")
	}
	if len(o.Mechanisms) > 0 && (s.secure || o.TLS == nil) {
		lines = append(lines, "AUTH "+strings.Join(o.Mechanisms, " "))
	}
	for i := range lines[:len(lines)-1] {
		lines[i] = "250-" + lines[i]
	}
	lines[len(lines)-1] = "250 " + lines[len(lines)-1]
	s.reply(Hello, strings.Join(lines, "\r\n"))
}

func (s *session) startTLS() {
	if s.srv.opt.TLS == nil || s.secure {
		s.say("502 5.5.1 no STARTTLS here")
		return
	}
	if !s.reply(TLS, "220 2.0.0 go ahead") {
		return
	}
	t := tls.Server(s.conn, s.srv.opt.TLS)
	if t.Handshake() != nil {
		s.done = true
		return
	}
	s.reset()
	s.hello, s.secure = false, true
	s.use(t)
}

func (s *session) auth(arg string) {
	mech, initial, _ := strings.Cut(arg, " ")
	var user string
	var good bool
	switch strings.ToUpper(mech) {
	case "PLAIN":
		parts := strings.Split(s.ask64(initial, ""), "\x00")
		if len(parts) == 3 {
			user, good = parts[1], s.srv.opt.Users[parts[1]] == parts[2] && parts[2] != ""
		}
	case "LOGIN":
		user = s.ask64(initial, "Username:")
		password := s.ask64("", "Password:")
		good = s.srv.opt.Users[user] == password && password != ""
	case "XOAUTH2":
		fields := strings.Split(s.ask64(initial, ""), "\x01")
		if len(fields) >= 2 {
			user = strings.TrimPrefix(fields[0], "user=")
			token := strings.TrimPrefix(fields[1], "auth=Bearer ")
			good = s.srv.opt.Tokens[user] == token && token != ""
		}
		if !good { // the client has to answer the description of the error
			s.ask64("", `{"status":"401","schemes":"Bearer"}`)
		}
	default:
		s.say("504 5.5.4 mechanism not known")
		return
	}
	if !good {
		s.reply(Auth, "535 5.7.8 authentication failed")
		return
	}
	if s.reply(Auth, "235 2.7.0 welcome") {
		s.user = user
	}
}

// ask64 returns a decoded answer of the client, given or asked for.
func (s *session) ask64(given, question string) string {
	if given == "" {
		s.say("334 " + base64.StdEncoding.EncodeToString([]byte(question)))
		line, err := s.line()
		if err != nil {
			s.done = true
			return ""
		}
		given = line
	}
	b, _ := base64.StdEncoding.DecodeString(given)
	return string(b)
}

func (s *session) mail(arg string) {
	addr, params, ok := path(arg, "FROM:")
	o := s.srv.opt
	switch {
	case !s.hello:
		s.say("503 5.5.1 say EHLO first")
		return
	case s.inMail:
		s.say("503 5.5.1 one mail at a time")
		return
	case !ok:
		s.say("501 5.5.4 MAIL FROM:<address>")
		return
	case len(o.Mechanisms) > 0 && s.user == "":
		s.say("530 5.7.0 authentication required")
		return
	case addr == "" && o.RefuseNullSender:
		s.say("550 5.7.1 the null sender may not submit")
		return
	}
	if size := params["SIZE"]; o.MaxSize > 0 && size != "" {
		if n, err := strconv.ParseInt(size, 10, 64); err == nil && n > o.MaxSize {
			s.say("552 5.3.4 too big")
			return
		}
	}
	s.from = addr
	if s.reply(MailFrom, "250 2.1.0 ok") {
		s.inMail = true
	} else {
		s.from = ""
	}
}

func (s *session) rcpt(arg string) {
	addr, _, ok := path(arg, "TO:")
	if !s.inMail || !ok || addr == "" {
		s.say("503 5.5.1 RCPT TO:<address> after MAIL")
		return
	}
	s.to = append(s.to, addr)
	if !s.reply(RcptTo, "250 2.1.5 ok") {
		s.to = s.to[:len(s.to)-1]
	}
}

func (s *session) data() {
	if len(s.to) == 0 {
		s.say("503 5.5.1 no recipient")
		return
	}
	if !s.reply(Data, "354 end with a dot") {
		return
	}
	if f := s.fault(Text, nil); f != nil {
		_, _ = io.CopyN(io.Discard, s.r, 64)
		s.play(f, "")
		s.done = true // the rest of the text would be read as commands
		return
	}
	limit := s.srv.opt.MaxSize
	if limit == 0 {
		limit = 64 << 20
	}
	raw, err := readText(s.r, limit)
	if err != nil {
		s.done = true
		return
	}
	s.finish(raw, limit)
}

// readText reads a text up to its final dot, byte for byte but for the dots of
// transparency (RFC 5321 section 4.5.2). Of a text above limit the rest is dropped.
func readText(r *bufio.Reader, limit int64) ([]byte, error) {
	var raw []byte
	start := true
	for {
		piece, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if start && string(piece) == ".\r\n" {
			return raw, nil
		}
		if start && piece[0] == '.' {
			piece = piece[1:]
		}
		start = err == nil
		if int64(len(raw)) <= limit {
			raw = append(raw, piece...)
		}
	}
}

// finish answers the final dot.
func (s *session) finish(raw []byte, limit int64) {
	m := Mail{From: s.from, To: s.to, Raw: raw, User: s.user, Conn: s.n}
	f := s.fault(Dot, raw)
	s.reset()
	if f != nil && f.Reply == "" && !f.Drop {
		f.Accept = true
	}
	if f == nil || f.Accept {
		if int64(len(raw)) > limit {
			s.say("552 5.3.4 too big")
			return
		}
		if err := s.srv.accept(m); err != nil {
			s.say("451 4.3.0 " + strings.Join(strings.Fields(err.Error()), " "))
			return
		}
	}
	usual := fmt.Sprintf("250 2.0.0 queued as %d", s.srv.Count())
	if f != nil {
		s.play(f, usual)
		return
	}
	s.say(usual)
}

// path reads FROM:<address> PARAM=value.
func path(arg, word string) (addr string, params map[string]string, ok bool) {
	if len(arg) < len(word) || !strings.EqualFold(arg[:len(word)], word) {
		return "", nil, false
	}
	rest := strings.TrimSpace(arg[len(word):])
	if !strings.HasPrefix(rest, "<") {
		return "", nil, false
	}
	addr, tail, ok := strings.Cut(rest[1:], ">")
	if !ok || strings.ContainsAny(addr, " <\x00") {
		return "", nil, false
	}
	params = map[string]string{}
	for _, p := range strings.Fields(tail) {
		k, v, _ := strings.Cut(p, "=")
		params[strings.ToUpper(k)] = v
	}
	return addr, params, true
}
