package main

import (
	"testing"
	"time"
)

// The whole promise, in a browser: leave, get the text, open it, find the page as it was, finish, count as won back.
func TestBrowserHostedPageIsLeftAndWonBack(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(true)
	b.do("leave", closeTab)
	s.session(client, "texted", hasStatus("texted"))
	link := s.link(demoE164)

	b = s.visit(link)
	if got := eval[string](b, `rebook.session`); got != client {
		t.Errorf("the link goes on as session %q, want %q", got, client)
	}
	b.until(`document.getElementById("first_name").value`)
	for id, want := range map[string]string{"first_name": "Maya", "last_name": "Torres", "phone": "(614) 555-0142", "email": "", "details": `Ask for <b>Bob</b> & "the dog"`} {
		if got := b.value(id); got != want {
			t.Errorf("%s came back as %q, want %q", id, got, want)
		}
	}
	if !eval[bool](b, `document.querySelector("[value='AC repair']").checked && document.getElementById("consent").checked`) {
		t.Error("job or consent did not come back")
	}
	if at := eval[string](b, `location.href`); at != s.house.cfg.demo.Book {
		t.Errorf("the token stays in the address bar: %s", at)
	}
	was := s.session(client, "clicked", hasStatus("texted"))
	if was.Clicks != 1 || was.ClickedAt.IsZero() {
		t.Errorf("%d clicks at %v", was.Clicks, was.ClickedAt)
	}
	b.finish()
	v := s.session(client, "recovered", hasStatus("recovered"))
	if v.Consent == nil || !v.Consent.At.Equal(was.Consent.At) {
		t.Errorf("coming back made new evidence of consent: %+v, was %+v", v.Consent, was.Consent)
	}
	b.do("leave", closeTab)
	if n := len(s.texts(demoE164)); n != 1 {
		t.Errorf("%d texts, want one", n)
	}

	b = s.tab()
	b.do("open a dead link", navigate(link))
	b.until(`document.body.innerText.includes("This link has ended")`)
}
