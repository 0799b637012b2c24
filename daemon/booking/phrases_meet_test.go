package booking

import "testing"

// TestMeetings shows what each word of a meeting asks for.
func TestMeetings(t *testing.T) {
	sets := map[string]string{"cat": "cat kitten", "dog": "dog puppy", "and": "the with", "no": "no never", "bird": "bird", "soft": "please"}
	for _, c := range []struct {
		name string
		meeting
		text string
		want string // empty: no meeting
	}{
		{"in any order", meeting{of: "cat dog"}, "a dog met my cat", "dog met my cat"},
		{"a set each", meeting{of: "cat dog"}, "a cat and a kitten", ""},
		{"not across clauses", meeting{of: "cat dog"}, "a cat, a dog", ""},
		{"across clauses", meeting{of: "cat dog", wide: true}, "a cat, a dog", "cat a dog"},
		{"in a row", meeting{of: "cat dog", row: true}, "dog cat", ""},
		{"the nearest row", meeting{of: "cat dog", row: true, span: 2}, "cat or kitten dog", "kitten dog"},
		{"too far", meeting{of: "cat dog", span: 2}, "cat my dog", ""},
		{"glued", meeting{of: "cat dog", row: true, glue: "and"}, "cat with the dog", "cat with the dog"},
		{"other glue", meeting{of: "cat dog", row: true, glue: "and"}, "cat near the dog", ""},
		{"denied before", meeting{of: "cat dog", after: "no"}, "no old cat bit a dog", ""},
		{"denied between", meeting{of: "cat dog", after: "no"}, "cat never bit a dog", ""},
		{"denied too far before", meeting{of: "cat dog", after: "no"}, "no it was an old cat with dog", "cat with dog"},
		{"void", meeting{of: "cat dog", not: "bird"}, "cat dog bird", ""},
		{"void elsewhere", meeting{of: "cat dog", not: "bird"}, "cat dog, bird", "cat dog"},
		{"alone", meeting{of: "cat", alone: "soft"}, "cat please", "cat"},
		{"not alone", meeting{of: "cat", alone: "soft"}, "cat please come", ""},
		{"alone in a clause", meeting{of: "cat", alone: "soft"}, "he came. cat please", "cat"},
		{"alone in the whole", meeting{of: "cat", alone: "soft", whole: true}, "he came. cat please", ""},
		{"asked", meeting{of: "cat", said: true}, "cat?", ""},
	} {
		got, ok := newMeetingBook([]meeting{c.meeting}, sets, nil).find(plainMessage(c.text))
		if got.words != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q in %q, want %q", c.name, got.words, c.text, c.want)
		}
	}
}

func TestSlipsOfThePen(t *testing.T) {
	for typed, meant := range map[string]string{"nubmer": "number", "mesage": "message", "basemnt": "basement", "floding": "flooding", "monixide": "monoxide",
		"flooring": "flooring", "remote": "remote", "numbers": "numbers", "number": "number", "unsubscrib": "unsubscribe"} {
		if got := plainWord(typed); got != meant {
			t.Errorf("%q is read as %q, want %q", typed, got, meant)
		}
	}
}
