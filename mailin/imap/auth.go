package imap

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var (
	errTokenRefused  = errors.New("the server refused the access token")
	errSecret        = errors.New("read secret")
	errLoginDisabled = errors.New("the server has disabled LOGIN")
)

// xoauth2 is the client's side of XOAUTH2.
// https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
type xoauth2 struct{ user, token string }

var _ sasl.Client = xoauth2{}

// Start sends user and token.
func (x xoauth2) Start() (mech string, ir []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next gets the JSON with which a server explains its refusal. There is no
// answer all servers accept, so the exchange ends here and the connection is
// closed.
func (x xoauth2) Next(challenge []byte) ([]byte, error) {
	return nil, fmt.Errorf("%w: %.200q", errTokenRefused, challenge)
}

// tokens keeps an access token until it expires or is refused.
type tokens struct {
	o   *OAuth2
	now func() time.Time

	mu      sync.Mutex
	token   string
	expires time.Time
}

// get returns a token, cached or new.
func (t *tokens) get(ctx context.Context) (token string, fresh bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && (t.expires.IsZero() || t.now().Before(t.expires.Add(-time.Minute))) {
		return t.token, false, nil
	}
	secret, err := t.o.ClientSecret()
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", errSecret, err)
	}
	client := t.o.Client
	if client == nil {
		client = http.DefaultClient
	}
	cc := clientcredentials.Config{ClientID: t.o.ClientID, ClientSecret: secret, TokenURL: t.o.TokenURL, Scopes: t.o.Scopes}
	tok, err := cc.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if err != nil {
		return "", false, err
	}
	t.token, t.expires = tok.AccessToken, tok.Expiry
	return t.token, true, nil
}

// drop forgets a token that was refused.
func (t *tokens) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = ""
}

// isTokenRefusal says that the token endpoint answered and said no.
func isTokenRefusal(err error) bool {
	var re *oauth2.RetrieveError
	return errors.As(err, &re) && re.Response != nil && re.Response.StatusCode >= 400 && re.Response.StatusCode < 500 && re.Response.StatusCode != http.StatusTooManyRequests
}
