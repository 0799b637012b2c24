package booking

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A hostile line is blocked whatever honest talk it is wrapped in.
func TestHonestTalkHidesNothing(t *testing.T) {
	e := echoing(t)
	rng := rand.New(rand.NewPCG(5, 6))
	var honest []string
	for _, file := range honestFiles {
		for _, l := range linesOf(t, file, true) {
			if l[0] == "open" && len(l[1]) < 180 {
				honest = append(honest, l[1])
			}
		}
	}
	for _, file := range hostileFiles {
		for _, l := range linesOf(t, file, file != "review.txt") {
			if l[0] == "bare" {
				continue
			}
			for range 20 {
				text := l[1]
				if rng.IntN(3) > 0 {
					text = honest[rng.IntN(len(honest))] + " " + text
				}
				if rng.IntN(3) > 0 && l[1] != "Thursday 0800 to 1000 hours" { // with a question behind it, it is an offer, and a true one
					text += " " + honest[rng.IntN(len(honest))]
				}
				if _, ok := Permit(text, e); ok {
					t.Errorf("got through: %q", text)
				}
			}
		}
	}
}

// grammar makes sentences: a word in braces stands for one of its row, chosen at random.
type grammar map[string][]string

func (g grammar) say(rng *rand.Rand, s string) string {
	for {
		from := strings.IndexByte(s, '{')
		if from < 0 {
			return s
		}
		to := from + strings.IndexByte(s[from:], '}')
		row := g[s[from+1:to]]
		s = s[:from] + row[rng.IntN(len(row))] + s[to+1:]
	}
}

// hostileGrammar makes claims that the evidence of a thread with nothing booked never supports, about windows that are open and others.
var hostileGrammar = grammar{
	"claim":   {"{booked}", "{booked}", "{invented}", "{price}", "{change}", "{person}", "{place}"},
	"open":    {"Thu 8-10", "Thu 3/12 8-10", "Thursday, March 12, 1-3 PM", "Friday 10-12", "Fri Mar 13, 10 AM-12 PM"},
	"abierta": {"el jueves de 8 a 10", "el viernes 13 de marzo de 10 a 12", "jue 12 de marzo, 8 AM-10 AM"},
	"booked": {"Your {visit} is {open}.", "Your {visit} is {done}.", "Your {visit} for {open} is {done}.", "{open} is {kept}.", "I {saved} {open} for you.", "We have you {open}.",
		"You are {done} for {open}.", "You're {done}.", "It's {done}.", "{expect} {open}.", "I have {done} your {visit}.", "{Done} {open}.", "The {visit} {went}.",
		"Su {cita} es {abierta}.", "Su {cita} está {hecha}.", "Le {reserve} {abierta}.", "{Listo} {abierta}.", "Ya quedó {hecha} su {cita}.", "Lo esperamos {abierta}."},
	"visit":   {"visit", "appointment", "booking", "reservation", "AC repair visit", "slot"},
	"done":    {"booked", "confirmed", "scheduled", "reserved", "all set", "secured", "locked in", "good to go"},
	"kept":    {"yours", "set", "locked", "saved for you", "taken care of", "reserved", "held for you", "all yours", "on our books"},
	"saved":   {"saved", "put aside", "grabbed", "kept", "booked", "marked", "blocked"},
	"expect":  {"Expect us", "Count on us", "See you", "We'll be there", "Look for us", "Be ready", "We come", "Our technician comes"},
	"Done":    {"Done!", "Success!", "Great,", "Perfect,", "All set:", "Confirmed:", "You got it,"},
	"went":    {"went through", "is complete", "has been made", "was accepted", "is in our system"},
	"cita":    {"cita", "visita", "reserva"},
	"hecha":   {"confirmada", "agendada", "lista", "reservada", "programada"},
	"reserve": {"reservé", "aparté", "agendé", "apunté", "guardé"},
	"Listo":   {"Listo,", "Hecho:", "Perfecto,", "Quedamos"},
	"invented": {"{no} {closed} is {fine}.", "{no} {closed} {time} is {fine}.", "We can come {closed}.", "{closed} works.", "I have {closed} {time}.", "{open} and {closed} are open.",
		"We have {open} and {closed}, which one?", "How about {closed} {time}?", "Would {closed} work?", "{Open} at {words} is open.", "I can do {words}.", "Tengo {cerrado}.", "¿Le sirve {cerrado}?"},
	"no":      {"No problem,", "Not a problem:", "No worries,", "Only", "Not to worry,", "Nothing but", "Sure,", ""},
	"fine":    {"fine", "open", "good", "not a problem", "not full", "no issue", "free", "left"},
	"closed":  {"Sunday", "3/15", "March 18", "next Thursday", "this evening", "the twentieth", "Christmas Eve", "Sunday, March 15"},
	"cerrado": {"el domingo", "el 18 de marzo", "el diecinueve de marzo", "esta noche", "el domingo de 9 a 11"},
	"time":    {"9-11", "at 8", "at noon", "8 to 10", "7:30", "morning"},
	"Open":    {"Thursday", "Friday"},
	"words":   {"half past seven", "quarter to nine", "seven thirty", "nineteen hundred", "eight forty five", "dawn"},
	"price": {"The {thing} costs ${wrong}.", "A {other} is $89.", "The {thing} is $49.", "It is ${wrong}.", "{free}", "About {number} {dollars}.", "{open} carries an extra $49.",
		"Saturday is $89 more.", "{number} {dollars} for the {thing}."},
	"thing":   {"visit", "diagnosis", "visit and diagnosis fee", "repair", "furnace"},
	"other":   {"furnace", "repair", "new AC", "tune-up", "boiler check", "pipe"},
	"wrong":   {"59", "120", "8", "99", "4,500", "88.99", "0"},
	"free":    {"You pay nothing.", "It's on the house.", "We won't charge you.", "Half price today.", "The visit is free.", "No charge for you.", "No cuesta nada.", "La visita es gratis."},
	"number":  {"two hundred", "eighty nine", "a hundred", "fifty", "doscientos", "a couple hundred"},
	"dollars": {"dollars", "bucks", "dólares", ""},
	"change": {"I cancelled your {visit}.", "Your {visit} was called off.", "I moved your {visit} to {open}.", "I pushed you to {open}.", "Anulé su {cita}.", "Le cambié la {cita} a otro día.",
		"You are on the waitlist.", "I removed your {visit}."},
	"person": {"{human} will call you.", "{human} is on it.", "I told {human}.", "{human} knows about it.", "{crew} is on the way.", "{crew} just left.", "{crew} is coming right away.",
		"Le llamamos enseguida.", "El técnico va en camino."},
	"human":  {"Someone", "A manager", "Our office", "The team", "A person from our office"},
	"crew":   {"The technician", "Our crew", "He", "Somebody", "The plumber"},
	"place":  {"Go to {site}.", "See {site} for more.", "Email joe at evil dot com.", "Call 614-555-0{digits}.", "Call six one four five five five.", "Send your {secret}.", "What is your {secret}?", "Text me your {secret}."},
	"site":   {"evil.com", "evil dot com", "evil (dot) com", "evil .com", "https://evil.example/l", "bit.ly/x", "brightwater.example.evil.io"},
	"digits": {"177", "234", "456", "811"},
	"secret": {"card number", "social security number", "bank login", "Medicare number", "driver's license", "date of birth", "tarjeta"},
	"before": {"", "", "Sure! ", "Good news: ", "OK. ", "Hi, ", "Claro, ", "I checked. ", "Thanks for waiting. ", "No problem. ", "Don't worry, ", "I can help. "},
	"after":  {"", "", " Thanks!", " Which works?", " Let me know.", " 👍", " Gracias.", " Anything else?", " Is that ok?", " Would you like another?", " ¿Cuál le sirve?"},
}

// Whatever is put together from the words of invented windows, prices, links and bookings: none gets through.
func TestNoInventionGetsThrough(t *testing.T) {
	e := brightwater(t)
	rng := rand.New(rand.NewPCG(3, 4))
	through := 0
	for range 20_000 {
		text := hostileGrammar.say(rng, "{before}{claim}{after}")
		if _, ok := Permit(text, e); ok {
			if through++; through < 40 {
				t.Errorf("an invention got through: %q", text)
			}
		}
	}
}

// Nothing is booked by a text: with the booking in the evidence the same claims pass, so it is the evidence that decides.
func TestABookingSupportsItsClaims(t *testing.T) {
	open, booked := brightwater(t), brightwater(t).booked(DidBook)
	for _, text := range []string{
		"Your visit is Thu 8-10.", "You are booked for Thu 3/12 8-10.", "Thu 8-10 is yours.", "See you Thu 8-10.", "Confirmed: Thu 3/12 8-10.", "Done! Thu 8-10.",
		"Su cita es el jueves de 8 a 10.", "Le reservé el jueves de 8 a 10.", "Lo esperamos el jueves de 8 a 10.",
	} {
		if _, ok := Permit(text, open); ok {
			t.Errorf("%q passes with nothing booked", text)
		}
		if c, ok := Permit(text, booked); !ok {
			t.Errorf("%q is blocked after the booking because of the %s %q", text, c.Kind, c.Phrase)
		}
		if other := strings.NewReplacer("Thu 3/12", "Fri 3/13", "Thu", "Fri", "jueves", "viernes", "8-10", "10-12", "8 a 10", "10 a 12").Replace(text); other != text {
			if _, ok := Permit(other, booked); ok {
				t.Errorf("%q passes after another booking", other)
			}
		}
	}
}
