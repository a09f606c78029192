#!/bin/bash
# A company's mail server for tests: Dovecot (IMAP) and Postfix (submission, MX) as
# private instances on free loopback ports, everything under one folder. Needs root
# on Debian; installs what is missing. The system's own services are not touched.
#
#   .ci/dovecot-postfix.sh start [DIR]   start, or reuse what runs; prints DIR/env
#   .ci/dovecot-postfix.sh test  [DIR]   log in, send, read back
#   .ci/dovecot-postfix.sh stop  [DIR]   stop and remove DIR
#
#   eval "$(.ci/dovecot-postfix.sh start)" sets:
#     MAIL_ROOT MAIL_HOST MAIL_DOMAIN MAIL_PARTNER MAIL_CA MAIL_USERS MAIL_PASSWORD
#     IMAP_PORT (STARTTLS) IMAPS_PORT SUBMISSION_PORT (STARTTLS) SUBMISSIONS_PORT SMTP_PORT
#
# Every user is a login name and an address USER@firma.test. Mail sent with a login
# arrives with "Authentication-Results: mx.firma.test; dmarc=pass header.from=firma.test"
# on top; mail to SMTP_PORT is the world's: fail for firma.test, pass for partner.test,
# none for the others. Mail to other domains bounces.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
verb=${1:-start}
root=${2:-${TMPDIR:-/tmp}/firstline-mail}
domain=firma.test
partner=partner.test
users="support it lena tobias markus aylin sabine anna bernd postmaster"

log() { echo "dovecot-postfix: $*" >&2; }
fail() { log "$*"; exit 1; }

install_packages() {
	local missing=() p
	for p in dovecot-imapd dovecot-lmtpd postfix openssl; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return
	log "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# The packages must not start services of their own.
	local policy=/usr/sbin/policy-rc.d ours=
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
		ours=1
	fi
	echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
	local ok=1
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || ok=
	[ -z "$ours" ] || rm -f $policy
	[ -n "$ok" ] || fail "apt-get install failed"
}

open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

next_port=$((20000 + RANDOM % 8000))
free_port() { # sets $port
	while open_port $next_port; do next_port=$((next_port + 1)); done
	port=$next_port
	next_port=$((next_port + 1))
}

fill() { # template, target
	sed -e "s|@ROOT@|$root|g; s|@DOMAIN@|$domain|g; s|@PARTNER@|$partner|g; s|@NONCE@|$nonce|g" \
		-e "s|@DOMAINRE@|${domain//./\\\\.}|g; s|@PARTNERRE@|${partner//./\\\\.}|g" \
		-e "s|@IMAP_PORT@|$imap|g; s|@IMAPS_PORT@|$imaps|g; s|@SUBMISSION_PORT@|$submission|g" \
		-e "s|@SUBMISSIONS_PORT@|$submissions|g; s|@SMTP_PORT@|$smtp|g" "$here/servers/$1" >"$2"
}

certificates() {
	cd "$root/tls"
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=firstline CI" -keyout ca.key -out ca.pem \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
	openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
	printf 'subjectAltName=DNS:localhost,DNS:mx.%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' $domain >server.ext
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile server.ext -out server.pem
	chmod 600 ./*.key
	cd - >/dev/null
}

configure() {
	local conf=$root/postfix/conf u
	rm -rf "${root:?}"
	mkdir -p "$root"/{tls,run,log,mail,dovecot/{run,state},postfix/{conf,spool,data}}
	chmod 755 "$root" "$root"/{run,log,mail}
	chown mail:mail "$root/mail"
	chown postfix "$root/postfix/data"
	nonce=$(openssl rand -hex 16)
	password=$(openssl rand -hex 12)
	free_port; imap=$port
	free_port; imaps=$port
	free_port; submission=$port
	free_port; submissions=$port
	free_port; smtp=$port
	certificates >"$root/log/openssl.log" 2>&1 || fail "openssl failed, see $root/log/openssl.log"
	for u in $users; do
		echo "$u@$domain:{PLAIN}$password" >>"$root/dovecot/users"
		echo "$u@$domain ok" >>"$conf/mailboxes"
	done
	chown root:dovecot "$root/dovecot/users"
	chmod 640 "$root/dovecot/users"
	fill dovecot.conf.in "$root/dovecot/dovecot.conf"
	for u in main.cf master.cf verdicts.world header_checks header_checks.own logins; do fill "$u.in" "$conf/$u"; done
	chmod 600 "$conf"/{verdicts.world,header_checks,master.cf}
	cat >"$root/env.new" <<-EOF
		MAIL_ROOT=$root
		MAIL_HOST=localhost
		MAIL_DOMAIN=$domain
		MAIL_PARTNER=$partner
		MAIL_CA=$root/tls/ca.pem
		MAIL_USERS="$users"
		MAIL_PASSWORD=$password
		IMAP_PORT=$imap
		IMAPS_PORT=$imaps
		SUBMISSION_PORT=$submission
		SUBMISSIONS_PORT=$submissions
		SMTP_PORT=$smtp
	EOF
}

wait_for() { # port
	local i
	for i in $(seq 100); do
		open_port "$1" && return
		sleep 0.1
	done
	tail -n 20 "$root"/log/*.log >&2 || true
	fail "nothing listens on 127.0.0.1:$1"
}

running() {
	[ -f "$root/env" ] || return 1
	( . "$root/env"
	open_port "$IMAP_PORT" && open_port "$SUBMISSION_PORT" && open_port "$SMTP_PORT" )
}

start() {
	[ "$(id -u)" = 0 ] || fail "needs root: mail servers change their user"
	[ ${#root} -le 60 ] || fail "$root is too long for Unix sockets below it"
	install_packages
	[ ! -e "$root" ] || [ -O "$root" ] || fail "$root belongs to somebody else"
	if ! running; then
		[ ! -d "$root" ] || halt
		configure
		# A daemon must not keep our output open: a pipe behind us would wait for ever.
		{ dovecot -c "$root/dovecot/dovecot.conf" && postfix -c "$root/postfix/conf" start; } \
			</dev/null >"$root/log/start.log" 2>&1 || { cat "$root/log/start.log" >&2; fail "the servers did not start"; }
		local p
		for p in $imap $imaps $submission $submissions $smtp; do wait_for "$p"; done
		chmod 600 "$root/env.new"
		mv "$root/env.new" "$root/env"
	fi
	cat "$root/env"
}

halt() {
	[ ! -f "$root/postfix/conf/main.cf" ] || postfix -c "$root/postfix/conf" stop >/dev/null 2>&1 || true
	[ ! -f "$root/dovecot/dovecot.conf" ] || doveadm -c "$root/dovecot/dovecot.conf" stop >/dev/null 2>&1 || true
}

case $verb in
start) start ;;
stop)
	halt
	[ ! -d "$root/dovecot" ] || rm -rf "${root:?}"
	;;
test)
	start >/dev/null
	set -a
	. "$root/env"
	exec python3 "$here/servers/smoke.py"
	;;
*) fail "usage: $0 start|test|stop [DIR]" ;;
esac
