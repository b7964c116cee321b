package retrain

import (
	"fmt"
	"net/netip"
	"syscall"
)

// The addresses of cloud metadata services outside the link-local ranges: AWS over IPv6, Alibaba Cloud.
var (
	metadataAWS     = netip.MustParseAddr("fd00:ec2::254")
	metadataAlibaba = netip.MustParseAddr("100.100.100.200")
)

// Prefixes that netip has no predicate for.
var (
	thisNetwork = netip.MustParsePrefix("0.0.0.0/8")          // RFC 1122: "this host"
	broadcast   = netip.MustParsePrefix("255.255.255.255/32") // RFC 919
	carrierNAT  = netip.MustParsePrefix("100.64.0.0/10")      // RFC 6598, private in effect
	nat64       = netip.MustParsePrefix("64:ff9b::/96")       // RFC 6052: an IPv4 address in the last four bytes
)

// guard refuses connections to addresses where no pipeline lives. It sees the address that a name has resolved to, at the
// moment of connecting, so a name that changes its answer gains nothing.
type guard struct {
	denyPrivate bool
}

// control is a net.Dialer.Control.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return &deniedError{address, "is no address"}
	}
	if why := g.denies(plain(target.Addr())); why != "" {
		return &deniedError{target.Addr().String(), why}
	}
	return nil
}

// denies returns why an address is refused, "" if it is not.
func (g guard) denies(a netip.Addr) string {
	switch {
	case a == metadataAWS, a == metadataAlibaba:
		return "is a metadata service"
	case a.IsLinkLocalUnicast():
		return "is link-local"
	case a.IsMulticast():
		return "is multicast"
	case a.IsUnspecified(), thisNetwork.Contains(a), broadcast.Contains(a):
		return "is no host's address"
	case g.denyPrivate && (a.IsPrivate() || a.IsLoopback() || carrierNAT.Contains(a)):
		return "is private"
	}
	return ""
}

// plain takes an IPv4 address out of its IPv6 disguises.
func plain(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		bytes := a.As16()
		return netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return a
}

// deniedError is an address the guard refused.
type deniedError struct{ address, why string }

func (e *deniedError) Error() string {
	return fmt.Sprintf("address %s is refused: it %s", e.address, e.why)
}
