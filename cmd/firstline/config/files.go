package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"firstline/rules/source"
)

// maxFiles bounds how many files one configuration has.
const maxFiles = 1000

// read parses the main file and what it includes into one tree; nil when there
// is none.
func (d *decoder) read(path string) *source.Node {
	if path == "" {
		if d.o.Purpose != Explain {
			d.r.AddPlace("config.yaml", 0, 0, 0, "", cannotRead, "config.yaml", source.Word{DE: "kein Pfad angegeben", EN: "no path given"})
		}
		return nil
	}
	if info, err := d.o.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "config.yaml")
	}
	data, err := d.o.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && d.o.Purpose == Explain {
		d.r.AddPlace(path, 0, 0, 0, "", defaults, path)
		return nil
	}
	if err != nil {
		d.r.AddPlace(path, 0, 0, 0, "", cannotRead, path, reason(err))
		d.r.Incomplete = true
		return nil
	}
	d.c.Path, d.dir = path, filepath.Dir(path)
	d.c.Files = []string{path}
	main := d.r.Parse(filepath.Base(path), data)
	if main != nil && main.Kind == source.KindNull {
		d.r.Map(main)
		d.r.AddPlace(filepath.Base(path), 0, 0, 0, "", cannotRead, path, source.Word{DE: "sie ist leer", EN: "it is empty"})
		return main
	}
	roots := []*source.Node{main}
	for _, name := range d.includes(main) {
		roots = append(roots, d.include(name))
	}
	return d.r.Merge([]string{"people", "templates"}, roots...)
}

// includes resolves the patterns of include: to files, sorted by name, each
// once.
func (d *decoder) includes(main *source.Node) []string {
	var files []string
	for _, t := range d.r.Texts(main.Get("include")) {
		if strings.ContainsAny(t.Value, "*?[") {
			found, err := d.o.Glob(d.path(t.Value))
			if err != nil || len(found) == 0 {
				d.r.Add(t.Node, noMatch, t.Value)
			}
			slices.Sort(found)
			found = slices.DeleteFunc(found, func(f string) bool { return f == d.c.Path }) // *.yaml finds the main file too
			files = appendNew(files, found...)
			continue
		}
		if _, err := d.o.Stat(d.path(t.Value)); err != nil {
			d.r.Add(t.Node, cannotRead, t.Value, reason(err))
			d.r.Incomplete = true
			continue
		}
		files = appendNew(files, d.path(t.Value))
	}
	if len(files) > maxFiles {
		d.r.Add(main.Get("include"), cannotRead, files[maxFiles], fmt.Sprintf("> %d", maxFiles))
		files = files[:maxFiles]
	}
	return files
}

func appendNew(files []string, more ...string) []string {
	for _, f := range more {
		if !slices.Contains(files, f) {
			files = append(files, f)
		}
	}
	return files
}

// include reads one included file. A Markdown file is one FAQ entry.
func (d *decoder) include(path string) *source.Node {
	name := path
	if rel, err := filepath.Rel(d.dir, path); err == nil {
		name = rel
	}
	kind := strings.ToLower(filepath.Ext(path))
	if kind != ".yaml" && kind != ".yml" && kind != ".md" {
		d.r.AddPlace(name, 0, 0, 0, "", badInclude, name)
		return nil
	}
	data, err := d.o.ReadFile(path)
	if err != nil {
		d.r.AddPlace(name, 0, 0, 0, "", cannotRead, name, reason(err))
		d.r.Incomplete = true
		return nil
	}
	d.c.Files = append(d.c.Files, path)
	if kind == ".md" {
		return faqEntry(d.r.ParseMarkdown(name, data))
	}
	root := d.r.Parse(name, data)
	for _, p := range d.r.Map(root).Pairs() {
		if p.Key.Value == "include" {
			d.r.Add(p.Key, nested)
		}
	}
	return without(root, "include", "version")
}

// faqEntry makes a file with one entry of the map of the entry.
func faqEntry(entry *source.Node) *source.Node {
	if entry == nil {
		return nil
	}
	at := source.Node{File: entry.File, Line: entry.Line, Column: entry.Column, Length: 1}
	key, list, root := at, at, at
	key.Kind, key.Value = source.KindScalar, "faq"
	list.Kind, list.Items = source.KindList, []*source.Node{entry}
	root.Kind, root.Pairs = source.KindMap, []source.Pair{{Key: &key, Value: &list}}
	return &root
}

// without drops keys that every file may repeat.
func without(root *source.Node, keys ...string) *source.Node {
	if root == nil || root.Kind != source.KindMap {
		return root
	}
	rest := *root
	rest.Pairs = nil
	for _, p := range root.Pairs {
		if !slices.Contains(keys, p.Key.Value) {
			rest.Pairs = append(rest.Pairs, p)
		}
	}
	return &rest
}

// maxFile is the largest file read: the directory may be larger than YAML.
const maxFile = 8 << 20

// readLimited reads a regular file of at most maxFile bytes. It never waits: a named
// pipe without a writer would hold up the open for ever.
func readLimited(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: %w", name, errNotRegular)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("read %s: %w", name, errTooLarge)
	}
	return data, err
}

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("larger than 8 MB")
	errNotLocal   = errors.New("path leaves the folder of the configuration")
)

// reason puts the usual reasons a file cannot be read into words.
func reason(err error) any {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Word{DE: "es gibt sie nicht", EN: "it does not exist"}
	case errors.Is(err, fs.ErrPermission):
		return source.Word{DE: "keine Leseberechtigung", EN: "no permission to read"}
	case errors.Is(err, errNotLocal):
		return source.Word{DE: "sie liegt außerhalb des Ordners der Konfiguration", EN: "it lies outside the folder of the configuration"}
	case errors.Is(err, errNotRegular):
		return source.Word{DE: "keine gewöhnliche Datei", EN: "not a regular file"}
	case errors.Is(err, errTooLarge):
		return source.Word{DE: "größer als 8 MB", EN: "larger than 8 MB"}
	case errors.Is(err, syscall.ELOOP):
		return source.Word{DE: "symbolische Verknüpfungen, die im Kreis führen", EN: "symbolic links in a circle"}
	}
	return err.Error()
}
