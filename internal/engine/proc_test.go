//go:build !external

package engine_test

import (
	"encoding/hex"
	"net"
	"strings"
	"testing"
)

// parseIP reads an address as /proc/net/tcp writes it: hexadecimal words in the
// machine's byte order (little-endian on every platform we ship), then ":PORT".
func parseIP(t *testing.T, address string) net.IP {
	t.Helper()
	digits, _, _ := strings.Cut(address, ":")
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw)%4 != 0 {
		t.Fatalf("%q is no address", address)
	}
	ip := make(net.IP, len(raw))
	for i := range raw {
		ip[i] = raw[i/4*4+3-i%4]
	}
	return ip
}
