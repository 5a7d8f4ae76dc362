package rulebook

// check looks for what can't be right though every name and measure is.
func (l *lowering) check() {}
