package mailin

import (
	"encoding/binary"
	"testing"
)

// tnefAttribute is one attribute of a winmail.dat with its checksum.
func tnefAttribute(level byte, id uint32, data []byte) []byte {
	b := []byte{level}
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	sum := uint16(0)
	for _, c := range data {
		sum += uint16(c)
	}
	return binary.LittleEndian.AppendUint16(b, sum)
}

// tnefProp is one MAPI property of type binary or string.
func tnefProp(kind, tag uint16, v string) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, tag)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
	b = append(b, v...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// tnefMail is a winmail.dat with a body and one file under a long name.
func tnefMail() []byte {
	b := binary.LittleEndian.AppendUint32(nil, tnefSignature)
	b = append(b, 1, 0)
	b = append(b, tnefAttribute(1, tnefBody, []byte("Hallo aus Outlook\x00"))...)
	b = append(b, tnefAttribute(2, tnefAttachRend, make([]byte, 14))...)
	b = append(b, tnefAttribute(2, tnefAttachTitle, []byte("BERICH~1.PDF\x00"))...)
	b = append(b, tnefAttribute(2, tnefAttachData, []byte("%PDF-1.4"))...)
	props := binary.LittleEndian.AppendUint32(nil, 2)
	props = append(props, tnefProp(0x1e, mapiLongFilename, "Bericht März.pdf\x00")...)
	props = append(props, tnefProp(0x1e, mapiAttachMime, "application/pdf\x00")...)
	return append(b, tnefAttribute(2, tnefAttachProps, props)...)
}

func TestTNEF(t *testing.T) {
	t.Parallel()
	raw := append([]byte(head+"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"), tnefMail()...)
	m := Parse(raw, Options{})
	if m.Text != "Hallo aus Outlook" {
		t.Errorf("text = %q", m.Text)
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Filename != "Bericht März.pdf" || m.Attachments[0].ContentType != "application/pdf" || m.Attachments[0].Size != 8 {
		t.Errorf("attachments = %+v", m.Attachments)
	}
	checkContent(t, raw, m)

	damaged := Parse(raw[:len(raw)-30], Options{})
	if !hasDefect(damaged, DefectTNEF) || len(damaged.Attachments) != 1 {
		t.Errorf("damaged: %v %+v", damaged.Defects, damaged.Attachments)
	}
	none := Parse([]byte(head+"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nno tnef"), Options{})
	if len(none.Attachments) != 1 || none.Attachments[0].Filename != "winmail.dat" {
		t.Errorf("no TNEF: %+v", none.Attachments)
	}
}
