package simulator

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestStopBlocksAndStartLiftsAcrossARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carrier")
	customer := booking.Phone("+16145550142")
	blocked := func(t *testing.T, c *Carrier) bool {
		_, err := c.Send(t.Context(), text("a1", "hello"))
		refused, ok := errors.AsType[*booking.CarrierError](err)
		if err != nil && (!ok || refused.Code != 21610) {
			t.Fatalf("send: %v", err)
		}
		return ok
	}
	say := func(t *testing.T, c *Carrier, body string) {
		if _, err := c.Receive(t.Context(), customer, "+16145550123", body, nil); err != nil {
			t.Fatal(err)
		}
	}
	scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, _ *told) {
		for _, body := range []string{"stop please", "don't stop", "yes", "help"} {
			if say(t, c, body); blocked(t, c) {
				t.Errorf("%q blocked the number", body)
			}
		}
		before := len(all(t, c))
		say(t, c, " Stop\n")
		say(t, c, "stop")
		if !blocked(t, c) {
			t.Error("STOP did not block the number")
		}
		other := text("a1", "hello")
		other.To = "+16145550143"
		mustSend(t, c, other)
		after := all(t, c)[before:]
		if len(after) != 4 || !after[1].Automatic || after[1].To != customer || after[1].Attempt != "" || after[2].Automatic {
			t.Errorf("after STOP, STOP and a text to another: %+v; want one automatic answer", after)
		}
	})
	scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, _ *told) {
		if !blocked(t, c) {
			t.Error("the restart forgot the STOP")
		}
		if say(t, c, "START"); blocked(t, c) {
			t.Error("START did not lift the block")
		}
	})
	scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, _ *told) {
		if blocked(t, c) {
			t.Error("the restart forgot the START")
		}
	})
}

func TestReceiveRefusesWhatNoPhoneSends(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		for field, try := range map[string]func() (Message, error){
			"from": func() (Message, error) { return c.Receive(t.Context(), "6145550142", "+16145550123", "hi", nil) },
			"to":   func() (Message, error) { return c.Receive(t.Context(), "+16145550142", "", "hi", nil) },
			"body": func() (Message, error) { return c.Receive(t.Context(), "+16145550142", "+16145550123", "", nil) },
			"media": func() (Message, error) {
				return c.Receive(t.Context(), "+16145550142", "+16145550123", "hi", make([]string, 11))
			},
		} {
			_, err := try()
			refused, ok := errors.AsType[*booking.Error](err)
			if !ok || refused.Field != field || refused.Hint == "" {
				t.Errorf("%s: error = %v, want a refusal of that field with a hint", field, err)
			}
		}
		if n := len(all(t, c)); n != 0 {
			t.Errorf("refused texts left %d messages", n)
		}
	})
}
