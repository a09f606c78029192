package mailin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// typicalMail is what an office sends: 8 KB with text, HTML and a small picture,
// the header of a hosted provider, a quoted notification below.
func typicalMail() []byte {
	var b bytes.Buffer
	b.WriteString("Return-Path: <a.berger@isarwerk.example>\r\nDelivered-To: support@isarwerk.example\r\n")
	for i := 0; i < 4; i++ {
		fmt.Fprintf(&b, "Received: from relay%d.isarwerk.example (relay%d.isarwerk.example [192.0.2.%d])\r\n\tby mx.isarwerk.example (Postfix) with ESMTPS id 4XyZ%d\r\n\tfor <support@isarwerk.example>; Mon, 2 Mar 2026 09:00:12 +0100 (CET)\r\n", i, i, i, i)
	}
	b.WriteString("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=isarwerk.example; s=s1;\r\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\th=From:To:Subject:Date:Message-ID;\r\n\tb=" + strings.Repeat("Ab0/", 60) + "\r\n" +
		"From: =?utf-8?Q?Anna_Berger?= <a.berger@isarwerk.example>\r\nTo: \"IT-Support Isarwerk\" <support@isarwerk.example>\r\n" +
		"Cc: Lena Huber <l.huber@isarwerk.example>, Tobias Kern <t.kern@isarwerk.example>\r\n" +
		"Subject: AW: =?utf-8?Q?Drucker_im_2=2E_OG_druckt_nicht_=E2=80=93_dringend?= [IT-10423]\r\n" +
		"Date: Mon, 2 Mar 2026 09:00:12 +0100\r\nMessage-ID: <CA+9f@isarwerk.example>\r\n" +
		"In-Reply-To: <IT-10423.q.01JNB3R8Y1.k7Qm2xZ9pA@isarwerk.example>\r\nReferences: <CA+9e@isarwerk.example> <IT-10423.q.01JNB3R8Y1.k7Qm2xZ9pA@isarwerk.example>\r\n" +
		"X-Mailer: Microsoft Outlook 16.0\r\nThread-Index: AQHSrJW/Plvrkd7dvEe1pr4cBZSIz6Gz0rpm\r\nMIME-Version: 1.0\r\nContent-Language: de-DE\r\nContent-Type: multipart/mixed; boundary=\"=_m1\"\r\n\r\n" +
		"This is a multi-part message in MIME format.\r\n--=_m1\r\nContent-Type: multipart/alternative; boundary=\"=_a1\"\r\n\r\n--=_a1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	b.WriteString(strings.Repeat("Hallo zusammen, der Drucker vor dem Besprechungsraum druckt seit heute fr=C3=BCh=\r\n nicht mehr, es kommt immer Fehler 49.\r\n", 6))
	b.WriteString("\r\nViele Gr=C3=BC=C3=9Fe\r\nAnna Berger\r\nIsarwerk Feinmechanik GmbH\r\nTel. 0871 123456-331\r\n\r\nVon: IT-Support <support@isarwerk.example>\r\nGesendet: Montag, 2. M=C3=A4rz 2026 08:55\r\nAn: Anna Berger <a.berger@isarwerk.example>\r\nBetreff: AW: Drucker im 2. OG druckt nicht [IT-10423]\r\n\r\nGuten Tag Frau Berger,\r\n\r\nwir haben Ihre Anfrage erhalten.\r\n")
	b.WriteString("\r\n--=_a1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><head><style>p.MsoNormal{margin:0cm}</style></head><body lang=3DDE><div class=3D\"WordSection1\">")
	b.WriteString(strings.Repeat("<p class=3D\"MsoNormal\"><span style=3D\"font-size:11.0pt\">Hallo zusammen, der Drucker vor dem Raum druckt nicht<o:p></o:p></span></p>\r\n", 12))
	b.WriteString("</div></body></html>\r\n--=_a1--\r\n--=_m1\r\nContent-Type: image/png; name=\"Bildschirmfoto.png\"\r\nContent-Disposition: attachment; filename=\"Bildschirmfoto.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	enc := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("png\x00data"), 220))
	for len(enc) > 76 {
		b.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	b.WriteString(enc + "\r\n--=_m1--\r\n")
	return b.Bytes()
}

// htmlMail is the same without the plain text.
func htmlMail() []byte {
	raw := typicalMail()
	a := bytes.Index(raw, []byte("--=_a1\r\nContent-Type: text/plain"))
	z := bytes.Index(raw, []byte("--=_a1\r\nContent-Type: text/html"))
	return append(append([]byte(nil), raw[:a]...), raw[z:]...)
}

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name string
		raw  []byte
	}{{"typical", typicalMail()}, {"html", htmlMail()}, {"short", []byte("From: a@b.example\r\nTo: c@d.example\r\nSubject: Drucker\r\nDate: Mon, 2 Mar 2026 09:00:12 +0100\r\n\r\nDer Drucker druckt nicht.\r\n")},
		{"noise", bytes.Repeat([]byte("\x81\xfe\x03\r\nab\xc3\x28:\n \xff"), 6000)}, {"nested", nestedMail(10000)}, {"attachment1MB", bigMail(1 << 20)}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.raw)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(c.raw, Options{Prefix: "IT"})
			}
		})
	}
}

// nestedMail opens n multiparts inside each other and closes none.
func nestedMail(n int) []byte {
	var b bytes.Buffer
	b.WriteString("From: a@b.example\r\nSubject: tief\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n")
	for i := 0; i < n; i++ {
		fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	fmt.Fprintf(&b, "--b%d\r\n\r\nunten\r\n", n)
	return b.Bytes()
}

// bigMail carries one attachment of n bytes.
func bigMail(n int) []byte {
	var b bytes.Buffer
	b.WriteString("From: a@b.example\r\nSubject: gross\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSiehe Anlage.\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), 57)) + "\r\n"
	b.WriteString(strings.Repeat(line, n/57))
	b.WriteString("--b--\r\n")
	return b.Bytes()
}
