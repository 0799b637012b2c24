package api

import (
	"log/slog"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// prefixes reads the trusted proxies. What cannot be read is told and trusted by nobody; the daemon checks its
// configuration before it comes here.
func prefixes(list []string, log *slog.Logger) (out []netip.Prefix) {
	for _, s := range list {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			var ip netip.Addr
			if ip, err = netip.ParseAddr(strings.TrimSpace(s)); err == nil {
				p = netip.PrefixFrom(ip, ip.BitLen())
			}
		}
		if err != nil {
			log.Error("a trusted proxy is no address range and is not trusted", "value", s)
			continue
		}
		out = append(out, p.Masked())
	}
	return out
}

func (s *Server) trusts(ip netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// clientIP gives the address of whoever is behind the proxies we trust: going from the connection backwards through
// X-Forwarded-For, the first address that is no trusted proxy. What stands left of it anybody can have written.
func (s *Server) clientIP(f *fiber.Ctx) netip.Addr {
	ip, ok := netip.AddrFromSlice(f.Context().RemoteIP())
	if !ok {
		ip = unknownIP
	}
	ip = ip.Unmap()
	if !s.trusts(ip) {
		return ip
	}
	var hops []string
	for _, line := range f.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		hops = append(hops, strings.Split(string(line), ",")...)
	}
	for i := len(hops) - 1; i >= 0; i-- {
		next, ok := parseHop(hops[i])
		if !ok {
			return ip
		}
		if ip = next; !s.trusts(ip) {
			return ip
		}
	}
	return ip
}

// parseHop reads an address as proxies write it, some with a port.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	ip, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		with, err := netip.ParseAddrPort(s)
		if err != nil {
			return ip, false
		}
		ip = with.Addr()
	}
	return ip.Unmap().WithZone(""), true
}
