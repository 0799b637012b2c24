package engine

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Passwords are kept as argon2id in the PHC string format, with the parameters of OWASP's Password Storage Cheat Sheet: 19 MiB,
// two passes, one lane.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// The lengths of a password. NIST SP 800-63B section 5.1.1.2 wants at least 8 and no rules of composition; the console opens
// customers' data, so it is more.
const (
	MinPassword = 12
	maxPassword = 256
)

// hashing lets two passwords be hashed at once: each takes 19 MiB and a few hundredths of a second, and strangers can ask for
// it.
type hashing chan struct{}

func (h hashing) do(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8, n uint32) ([]byte, error) {
	select {
	case h <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, n), nil
}

// hash makes what is kept of a password.
func (h hashing) hash(ctx context.Context, password string) (string, error) {
	switch {
	case len([]rune(password)) < MinPassword:
		return "", booking.Refuse(booking.Invalid, "password_too_short", "password", "a password needs at least 12 characters", "a few words in a row are easy to remember")
	case len(password) > maxPassword:
		return "", booking.Refuse(booking.Invalid, "too_long", "password", "it is too long", "at most 256 bytes are taken")
	}
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	key, err := h.do(ctx, password, salt, argonMemory, argonTime, argonLanes, argonKey)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// nobody is the hash that a password is compared with when there is no such user, so that the answer takes as long.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// matches compares a password with a hash.
func (h hashing) matches(ctx context.Context, hash, password string) (bool, error) {
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || len(password) > maxPassword {
		return false, nil
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil || version != argon2.Version {
		return false, nil
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, nil
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false, nil
	}
	got, err := h.do(ctx, password, salt, memory, passes, lanes, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
