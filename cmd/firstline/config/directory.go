package config

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"firstline/mailin"
	"firstline/rules/source"
	"firstline/triage"
)

// maxPeople bounds the lines of the directory.
const maxPeople = 100_000

// directory reads the CSV of the people of the company: a head line, then one
// person a line, separated by semicolon, comma or tab. Excel writes it in
// Windows-1252; both that and UTF-8 are read.
func (d *decoder) directory(t source.Text) map[string]triage.Person {
	if t.Node == nil {
		return nil
	}
	path := d.path(t.Value)
	data, err := d.o.ReadFile(path)
	if err != nil {
		d.r.Add(t.Node, noDirectory, t.Value, reason(err))
		return nil
	}
	d.c.Files = append(d.c.Files, path)
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		data, _ = charmap.Windows1252.NewDecoder().Bytes(data)
	}
	name := filepath.Base(path)
	head, _, _ := bytes.Cut(data, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.LazyQuotes = -1, true, true
	r.Comma = separator(string(head))
	fields, err := r.Read()
	columns := columnsOf(fields)
	if err != nil || columns["email"] < 0 {
		d.r.AddPlace(name, 1, 1, 1, strings.TrimRight(string(head), "\r"), badHeader)
		return nil
	}
	people := map[string]triage.Person{}
	for range maxPeople {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, column := 0, 0
		if err == nil {
			line, column = r.FieldPos(0)
		}
		if err != nil || !d.person(people, columns, fields) {
			d.r.AddPlace(name, line, column, 1, "", badLine)
		}
	}
	return people
}

func separator(head string) rune {
	for _, c := range ";\t" {
		if strings.ContainsRune(head, c) {
			return c
		}
	}
	return ','
}

// columnsOf finds the columns by their German or English heads; -1 = missing.
func columnsOf(heads []string) map[string]int {
	words := map[string]string{
		"name": "name", "email": "email", "e-mail": "email", "mail": "email", "e-mail-adresse": "email",
		"titel": "title", "title": "title", "anrede": "title", "telefon": "phone", "phone": "phone", "durchwahl": "phone",
		"raum": "room", "room": "room", "gerät": "device", "geraet": "device", "device": "device",
		"abteilung": "department", "department": "department", "sprache": "language", "language": "language", "vip": "vip", "wichtig": "vip", "important": "vip",
	}
	columns := map[string]int{}
	for _, w := range words {
		columns[w] = -1
	}
	for i, h := range heads {
		if w, ok := words[strings.ToLower(strings.TrimSpace(h))]; ok {
			columns[w] = i
		}
	}
	return columns
}

// yes reads a cell that marks somebody: anything but an empty one and a plain no.
func yes(s string) bool {
	switch strings.ToLower(s) {
	case "", "0", "nein", "no", "false", "-", "n":
		return false
	}
	return true
}

func (d *decoder) person(people map[string]triage.Person, columns map[string]int, fields []string) bool {
	get := func(key string) string {
		if i := columns[key]; i >= 0 && i < len(fields) {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	p := triage.Person{Name: get("name"), Address: get("email"), Title: get("title"), Phone: get("phone"), Room: get("room"),
		Device: get("device"), Department: get("department"), Language: strings.ToLower(get("language")), VIP: yes(get("vip"))}
	if !addressForm.MatchString(p.Address) {
		return false
	}
	if p.Language != "de" && p.Language != "en" {
		p.Language = ""
	}
	people[mailin.FoldAddress(p.Address)] = p
	return true
}
