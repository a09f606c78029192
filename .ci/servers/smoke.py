"""Checks that the test servers do what the tests rely on: logs in both ways, sends
with a login and from the world, reads everything back."""
import imaplib, os, smtplib, ssl, sys, time

env = os.environ
domain, password = env["MAIL_DOMAIN"], env["MAIL_PASSWORD"]
tls = ssl.create_default_context(cafile=env["MAIL_CA"])
verdict = f"mx.{domain}; "


def imap(user, implicit=False):
    if implicit:
        c = imaplib.IMAP4_SSL("localhost", int(env["IMAPS_PORT"]), ssl_context=tls)
    else:
        c = imaplib.IMAP4("localhost", int(env["IMAP_PORT"]))
        c.starttls(tls)
    c.login(f"{user}@{domain}", password)
    return c


def submit(user, sender, recipients, text, implicit=False):
    if implicit:
        c = smtplib.SMTP_SSL("localhost", int(env["SUBMISSIONS_PORT"]), context=tls)
    else:
        c = smtplib.SMTP("localhost", int(env["SUBMISSION_PORT"]))
        c.starttls(context=tls)
    c.login(f"{user}@{domain}", password)
    c.sendmail(sender, recipients, text)
    c.quit()


def fetch(user, subject):
    """The header of the newest mail with the subject, waiting until it is there."""
    for _ in range(100):
        c = imap(user)
        c.select("INBOX")
        found = c.search(None, "SUBJECT", f'"{subject}"')[1][0].split()
        if found:
            header = c.fetch(found[-1], "(BODY.PEEK[HEADER])")[1][0][1].decode()
            c.logout()
            return header.replace("\r\n\t", " ").replace("\r\n ", " ").split("\r\n")
        c.logout()
        time.sleep(0.1)
    sys.exit(f"no mail {subject!r} for {user}")


def results(header):
    return [l.split(": ", 1)[1] for l in header if l.lower().startswith("authentication-results:")]


def refused(call, *args, **kw):
    try:
        call(*args, **kw)
    except (smtplib.SMTPException, imaplib.IMAP4.error):
        return
    sys.exit(f"accepted: {args}")


def mail(sender, subject, extra=""):
    return f"From: {sender}\r\nTo: support@{domain}\r\nSubject: {subject}\r\n{extra}\r\nHallo\r\n"


stamp = str(time.time_ns())
own, support = f"anna@{domain}", f"support@{domain}"
forged = f"Authentication-Results: mx.{domain}; dmarc=pass header.from={domain}\r\nAuthentication-Results: other.test; dmarc=pass header.from=x\r\n"

submit("anna", own, [support, f"support+abc@{domain}"], mail(f"Anna Berger <{own}>", "a" + stamp, forged))
h = fetch("support", "a" + stamp)
assert results(h) == [verdict + f"dmarc=pass header.from={domain}", "other.test; dmarc=pass header.from=x"], h
trace = [l.split(":")[0] for l in h]
assert trace.index("Authentication-Results") < len(trace) - 1 - trace[::-1].index("Received"), "verdict below the submission's Received line"
assert any("ESMTPSA" in l for l in h), h
submit("lena", f"lena@{domain}", [support], mail(f"lena@{domain}", "b" + stamp), implicit=True)
assert results(fetch("support", "b" + stamp)) == [verdict + f"dmarc=pass header.from={domain}"]

refused(submit, "anna", f"lena@{domain}", [support], mail(own, "x"))
refused(submit, "anna", own, [support], mail("boss@elsewhere.test", "x"))
refused(submit, "anna", own, [f"nobody@{domain}"], mail(own, "x"))

for sender, want in ((own, f"dmarc=fail header.from={domain}"), (f"kunde@{env['MAIL_PARTNER']}", f"dmarc=pass header.from={env['MAIL_PARTNER']}"),
                     ("wer@anders.test", "dmarc=none"), ("", "dmarc=none")):
    c = smtplib.SMTP("localhost", int(env["SMTP_PORT"]))
    subject = "w" + stamp + sender.split("@")[-1]
    c.sendmail(sender, [support], mail(sender or "wer@anders.test", subject, forged))
    refused(c.sendmail, "wer@anders.test", ["x@elsewhere.test"], mail("wer@anders.test", "relay"))
    c.quit()
    got = results(fetch("support", subject))
    assert got == [verdict + want, "other.test; dmarc=pass header.from=x"], (sender, got)

submit("support", support, ["weg@elsewhere.test"], mail(support, "bounce" + stamp))
h = fetch("support", "Undelivered")
assert any("multipart/report" in l for l in h), h
submit("support", "", [own], mail(support, "null" + stamp))
fetch("anna", "null" + stamp)

c = imap("support", implicit=True)
offered = c.capability()[1][0].decode().split()
assert {"IDLE", "MOVE", "UIDPLUS"} <= set(offered), offered
c.create("Support/Erledigt")
c.select("INBOX")
uid = c.uid("SEARCH", "SUBJECT", f'"a{stamp}"')[1][0].split()[0].decode()
assert c.uid("MOVE", uid, "Support/Erledigt")[0] == "OK"
c.logout()
print("ok")
