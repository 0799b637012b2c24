package web

import (
	"net/netip"
	"strconv"
	"strings"
)

// reserved are the parts of the address space that are not the public internet, by the registries of special-purpose
// addresses (RFC 6890, iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry), and one more: the
// address under which a virtual machine reaches its host at Azure.
var reserved = prefixes(
	"0.0.0.0/8",        // this network
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // shared by carriers (RFC 6598); a metadata service lives there too
	"127.0.0.0/8",      // this machine
	"168.63.129.16/32", // Azure's host
	"169.254.0.0/16",   // link-local; metadata services
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocol assignments; a metadata service
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays, deprecated
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved; broadcast
	"2001::/23",        // protocol assignments; Teredo carries an IPv4 address
	"2001:db8::/32",    // documentation
	"2002::/16",        // 6to4 carries an IPv4 address
	"3fff::/20",        // documentation
)

var (
	global = netip.MustParsePrefix("2000::/3")     // all of IPv6 that is given out
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // IPv4 behind a translator (RFC 6052)
)

func prefixes(all ...string) (out []netip.Prefix) {
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Public tells whether an address is one of the public internet. An IPv4 address in IPv6 clothes is judged as what it is.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// privateHost tells the hosts that cannot be public whatever a resolver says: addresses, in the old ways of writing them
// too, names of this machine and of private networks (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal), and names without a dot.
func privateHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return !Public(a)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == host { // "localhost", "printer"; "2130706433" is 127.0.0.1 for some resolvers
		return true
	}
	switch last {
	case "localhost", "local", "internal":
		return true
	}
	if strings.HasSuffix(host, ".home.arpa") {
		return true
	}
	_, err := strconv.ParseUint(last, 0, 64) // "127.1", "0x7f.0.0.1": no top-level domain is a number
	return err == nil
}
