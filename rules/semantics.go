package rules

// semantics runs the checks over the whole set.
func (c *compiler) semantics() {}
