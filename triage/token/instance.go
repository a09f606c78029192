package token

import "strings"

// SignInstance makes the value of the header that every mail of ours carries, from
// the id of this installation and the unique part of the mail: a mail that comes
// back with it is a loop, whatever its other headers say. It returns "" when there is
// no key or the instance is not made of letters, digits and hyphens.
func (k Keys) SignInstance(instance, unique string) string {
	if len(k.keys) == 0 || !validInstance(instance) || !validUnique(unique) {
		return ""
	}
	return instance + "." + unique + "." + k.keys[0].mac(labelInstance, instance, unique)
}

// VerifyInstance returns the instance in a header value that one of the keys signed.
func (k Keys) VerifyInstance(value string) (instance string, ok bool) {
	if len(value) > maxID {
		return "", false
	}
	part := strings.Split(strings.TrimSpace(value), ".")
	if len(part) != 3 || !validInstance(part[0]) || !validUnique(part[1]) || !validTag(part[2]) {
		return "", false
	}
	for _, key := range k.keys {
		if same(key.mac(labelInstance, part[0], part[1]), part[2]) {
			return part[0], true
		}
	}
	return "", false
}

func validInstance(s string) bool {
	for i := range len(s) {
		if !alnum(s[i]) && s[i] != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
