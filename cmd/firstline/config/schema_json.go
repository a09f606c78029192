package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SchemaName is the file that init writes beside the configuration, and SchemaLine
// the comment by which editors with yaml-language-server find it; rel is the way
// from the YAML file to its folder, such as "../".
const SchemaName = "config.schema.json"

// SchemaLine is the first line of a YAML file that names its schema.
func SchemaLine(rel string) string {
	return "# yaml-language-server: $schema=" + rel + SchemaName + "\n"
}

// object is a JSON object of a schema; encoding/json sorts its keys.
type object = map[string]any

// JSONSchema returns a JSON Schema (draft 2020-12) of the configuration and of the
// files it includes, made from the tables the decoder works with. Descriptions are
// in lang, "de" or "en". Names that refer to something are not checked by it: that
// is what firstline check does.
func JSONSchema(lang string) ([]byte, error) {
	g := &generator{sections: schema(), kinds: kinds(), texts: descriptions(lang), lang: lang}
	maps.Copy(g.sections, ruleSchema())
	root := g.section("")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "firstline"
	root["$defs"] = object{
		"when": g.section("when"), "then": g.section("then"), "test": g.test(),
		"text":     object{"type": []string{"string", "number", "boolean"}},
		"priority": g.priority(),
	}
	b, err := json.MarshalIndent(root, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return append(b, '\n'), nil
}

type generator struct {
	sections map[string][]string
	kinds    map[string]string
	texts    map[string]string
	lang     string
}

// section is the schema of a map with fixed keys.
func (g *generator) section(name string) object {
	props := object{}
	for _, key := range g.sections[name] {
		props[key] = g.key(name, key)
	}
	return object{"type": "object", "properties": props, "additionalProperties": false}
}

// key is the schema of one key: a section of its own, a list or a map of sections,
// or a plain value.
func (g *generator) key(section, key string) object {
	path := key
	if section != "" {
		path = section + "." + key
	}
	s := g.nested(path)
	if s == nil {
		s = valueSchema(g.kinds[section+"/"+key])
	}
	text := g.texts[section+"/"+key]
	if text == "" && section != "" {
		text = g.texts["/"+key]
	}
	if text != "" {
		s["description"] = text
	}
	return s
}

// nested is the schema of a key that holds sections, nil for a plain value.
func (g *generator) nested(path string) object {
	if _, ok := g.sections[path]; ok {
		return g.section(path)
	}
	if _, ok := g.sections[path+"[]"]; ok {
		return object{"type": []string{"array", "null"}, "items": g.section(path + "[]")}
	}
	if _, ok := g.sections[path+".*"]; ok {
		s := object{"type": "object", "additionalProperties": g.section(path + ".*")}
		if path == "priorities" || path == "slas.*.targets" {
			s["properties"] = g.rows(path + ".*")
		}
		return s
	}
	return nil
}

// rows names the priorities, so that an editor proposes them.
func (g *generator) rows(section string) object {
	rows := object{}
	for _, id := range priorityIDs {
		rows[id] = g.section(section)
	}
	return rows
}

// priority is P1 to P4 or one of the labels of the configuration. A bare number is
// a mistake.
func (g *generator) priority() object {
	return object{"anyOf": []object{{"enum": priorityIDs}, {"type": "string"}}}
}

// test is an entry of tests; due.<clock> is expected beside the fixed keys.
func (g *generator) test() object {
	s := g.section("test")
	expect := object{}
	for _, key := range g.sections["test.expect"] {
		expect[key] = valueSchema("many")
	}
	props := s["properties"].(object)
	props["expect"] = object{"type": "object", "properties": expect, "patternProperties": object{`^due\.`: valueSchema("text")},
		"additionalProperties": false}
	s["required"] = []string{"mail", "expect"}
	return s
}

// spanUnits are the letters of span:… and the units they stand for.
var spanUnits = map[byte]string{'h': "s|m|h", 'd': "d|w", 'b': "bd", 'm': "mo"}

// valueSchema is the schema of a plain value. Texts may be written as numbers or
// truth values, as YAML reads them; lists may be absent.
func valueSchema(kind string) object {
	name, rest, _ := strings.Cut(kind, ":")
	text := object{"$ref": "#/$defs/text"}
	switch name {
	case "text":
		return text
	case "const":
		return object{"enum": []any{json.Number(rest), rest}}
	case "name":
		return object{"type": []string{"string", "number"}, "pattern": `^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$`}
	case "address":
		return object{"type": "string", "pattern": `^[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\]+$`}
	case "pattern":
		return object{"type": "string", "pattern": rest}
	case "bool":
		return object{"anyOf": []object{{"type": "boolean"}, {"enum": []string{"yes", "no", "ja", "nein", "on", "off"}}}}
	case "int", "number":
		return numberSchema(name, rest)
	case "percent":
		return object{"anyOf": []object{{"type": "string", "pattern": `^[0-9]+(\.[0-9]+)?%$`}, {"type": "number", "exclusiveMinimum": 0, "maximum": 10}}}
	case "span":
		return spanSchema(rest)
	case "size":
		return object{"anyOf": []object{{"type": "string", "pattern": `^[0-9]+ ?([kKmMgG][iI]?)?[bB]?$`}, {"type": "integer", "minimum": 0}}}
	case "date":
		return object{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	case "yearly":
		return object{"type": "string", "pattern": `^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$`}
	case "enum":
		return object{"enum": strings.Split(rest, "|")}
	case "priority":
		return object{"$ref": "#/$defs/priority"}
	case "ref":
		return object{"$ref": "#/$defs/" + rest}
	}
	return listSchema(name, rest, text)
}

// listSchema is the schema of values with several entries.
func listSchema(name, rest string, text object) object {
	oneOrMany := func(item object) object {
		return object{"anyOf": []object{item, {"type": "array", "items": item}, {"type": "null"}}}
	}
	switch name {
	case "list":
		item := text
		if rest != "" {
			item = valueSchema(rest)
		}
		return object{"type": []string{"array", "null"}, "items": item}
	case "many":
		return oneOrMany(text)
	case "enums":
		return oneOrMany(valueSchema("enum:" + rest))
	case "ints":
		return oneOrMany(valueSchema("int:" + rest))
	case "dates":
		return oneOrMany(valueSchema("yearly"))
	case "priorities":
		return oneOrMany(valueSchema("priority"))
	case "map":
		return object{"type": []string{"object", "null"}, "additionalProperties": valueSchema(rest)}
	case "label":
		return object{"anyOf": []object{text, languages(text)}}
	case "questions":
		return object{"anyOf": []object{oneOrMany(text), languages(oneOrMany(text))}}
	case "matrix":
		return valueSchema("map:map:priority")
	}
	return object{}
}

// languages is a map with a value per language.
func languages(item object) object {
	return object{"type": "object", "properties": object{"de": item, "en": item}, "additionalProperties": false}
}

func numberSchema(name, bounds string) object {
	low, high, _ := strings.Cut(bounds, ":")
	if name == "int" {
		name = "integer"
	}
	return object{"type": name, "minimum": json.Number(low), "maximum": json.Number(high)}
}

func spanSchema(letters string) object {
	var units []string
	for i := range len(letters) {
		units = append(units, spanUnits[letters[i]])
	}
	more := ""
	if strings.Contains(letters, "h") {
		more = "([0-9]{1,4}(m|s))?"
	}
	return object{"anyOf": []object{
		{"type": "string", "pattern": "^[0-9]{1,6} ?(" + strings.Join(units, "|") + ")" + more + "$"},
		{"enum": []any{0, "0"}},
	}}
}

// SchemaSections names the sections of the schema and their keys, sorted, for tests
// and documentation.
func SchemaSections() map[string][]string {
	all := schema()
	maps.Copy(all, ruleSchema())
	for name := range all {
		slices.Sort(all[name])
	}
	return all
}
