package web

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// private and public addresses, by their families.
var (
	private = []string{"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
		"127.9.9.9", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
		"192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
		"64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "2001::1", "2001:db8::1",
		"2002:7f00:1::", "2002:0808:0808::1", "3fff::1", "5f00::1", "4000::1"}
	public = []string{"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808",
		"2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"}
)

func TestPrivateAndReservedAddressesAreKnown(t *testing.T) {
	for _, s := range private {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range public {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as private", s)
		}
	}
	if Public(netip.Addr{}) || Public(netip.MustParseAddr("2606:4700:4700::1111").WithZone("eth0")) {
		t.Error("no address, or one with a zone, counts as public")
	}
}

func TestAddressesAreCheckedWhenAWebhookIsMade(t *testing.T) {
	guarded, free := New(Options{}), New(Options{AllowPrivate: true})
	for _, x := range []struct{ url, code, freely string }{
		{"https://crm.example.com/rebook?tenant=1", "", ""},
		{"https://crm.example.com:8443/", "", ""},
		{"https://1.1.1.1/", "", ""},
		{"https://[2606:4700:4700::1111]/", "", ""},
		{"http://crm.example.com/", "https_required", ""},
		{"https://127.0.0.1:9000/", "private_address", ""},
		{"https://[::1]/", "private_address", ""},
		{"https://[::ffff:10.0.0.1]/", "private_address", ""},
		{"https://[fe80::1%25eth0]/", "private_address", ""},
		{"https://169.254.169.254/latest/meta-data", "private_address", ""},
		{"https://localhost/", "private_address", ""},
		{"https://LOCALHOST./", "private_address", ""},
		{"https://a.localhost/", "private_address", ""},
		{"https://metadata.google.internal/", "private_address", ""},
		{"https://printer.local/", "private_address", ""},
		{"https://nas.home.arpa/", "private_address", ""},
		{"https://printer/", "private_address", ""},
		{"https://2130706433/", "private_address", ""},
		{"https://127.1/", "private_address", ""},
		{"https://0x7f.0.0.0x1/", "private_address", ""},
		{"https://0177.0.0.01/", "private_address", ""},
		{"https://user:pass@crm.example.com/", "invalid_url", "invalid_url"},
		{"https://crm.example.com/#x", "invalid_url", "invalid_url"},
		{"ftp://crm.example.com/", "invalid_url", "invalid_url"},
		{"file:///etc/passwd", "invalid_url", "invalid_url"},
		{"gopher://127.0.0.1:6379/_x", "invalid_url", "invalid_url"},
		{"//crm.example.com/", "invalid_url", "invalid_url"},
		{"crm.example.com", "invalid_url", "invalid_url"},
		{"https://:443/", "invalid_url", "invalid_url"},
		{"https://crm.example.com:x/", "invalid_url", "invalid_url"},
		{"https://crm.example.com/\r\nX: y", "invalid_url", "invalid_url"},
		{"", "invalid_url", "invalid_url"},
	} {
		for c, want := range map[*Client]string{guarded: x.code, free: x.freely} {
			err := c.Check(x.url)
			if refusal, ok := errors.AsType[*booking.Error](err); (err == nil) != (want == "") || ok && (refusal.Code != want || refusal.Field != "url" || refusal.Hint == "") {
				t.Errorf("%q, private allowed %v: got %#v, want %q", x.url, c == free, err, want)
			}
		}
	}
}

// FuzzPublic: an address is judged the same in whatever clothes it comes, and what the standard library calls private or
// local never counts as public.
func FuzzPublic(f *testing.F) {
	for _, s := range append(private, public...) {
		a := netip.MustParseAddr(s).As16()
		f.Add(a[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 16 {
			return
		}
		a := netip.AddrFrom16([16]byte(b))
		plain := a.Unmap()
		if Public(a) != Public(plain) {
			t.Errorf("%s and %s are judged differently", a, plain)
		}
		if Public(a) && (plain.IsPrivate() || plain.IsLoopback() || plain.IsLinkLocalUnicast() || plain.IsMulticast() || plain.IsUnspecified() || plain.IsInterfaceLocalMulticast()) {
			t.Errorf("%s counts as public", a)
		}
		if plain.Is4() {
			v4 := plain.As4()
			behind := netip.AddrFrom16([16]byte{0, 0x64, 0xff, 0x9b, 12: v4[0], 13: v4[1], 14: v4[2], 15: v4[3]})
			if Public(behind) != Public(plain) {
				t.Errorf("%s and %s are judged differently", behind, plain)
			}
		}
		host := a.String()
		if a.Is6() {
			host = "[" + host + "]"
		}
		if err := New(Options{}).Check("https://" + host + "/"); (err == nil) != Public(a) {
			t.Errorf("Check of %s gives %v, Public %v", host, err, Public(a))
		}
	})
}
