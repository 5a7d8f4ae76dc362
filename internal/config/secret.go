package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that must not reach a log, an error or an answer: whatever
// prints or encodes it gets Redacted instead.
type Secret struct{ text string }

// Redacted stands where a secret would be shown.
const Redacted = "[redacted]"

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the text itself; call it only where the secret is used.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.text == "" }

// String is Redacted, or empty when there is nothing to hide.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return Redacted
}

// Format redacts for every verb: %d and %#v would go around String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText redacts in JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue redacts in structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
