package box

import (
	"os"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/scripts/pattern"
	"github.com/yuin/gopher-lua/pm"
)

// BenchmarkRender measures a follow-up: cold compiles the script too.
func BenchmarkRender(b *testing.B) {
	source, err := os.ReadFile("../defaults/follow_up_link.lua")
	if err != nil {
		b.Fatal(err)
	}
	call := Call{Script: "follow_up_link", Source: string(source), Entry: EntryRender,
		Ctx: []byte(`{"business":{"name":"Brightwater"},"customer":{"first_name":"Ana"},"link":"https://b.example/l/x","session":{"locale":"en-US","service":"water heater"}}`)}
	run := func(b *testing.B, box *Box) {
		if r := box.Run(call); r.Err != nil {
			b.Fatal(r.Err)
		}
	}
	b.Run("cold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			run(b, new(Box))
		}
	})
	b.Run("warm", func(b *testing.B) {
		var box Box
		b.ReportAllocs()
		for b.Loop() {
			run(b, &box)
		}
	})
}

// BenchmarkPrograms measures what scripts are made of; each runs within the budget of one call.
func BenchmarkPrograms(b *testing.B) {
	for name, body := range map[string]string{
		"empty":     `return "x"`,
		"loop 1e5":  `for i = 1, 1e5 do end return "x"`,
		"fib 15":    `local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(15) .. ""`,
		"concat":    `local s = "" for i = 1, 500 do s = s .. "x" .. i end return "x"`,
		"gsub":      `return (("Hello {name}, welcome to {place}. "):rep(20):gsub("{(%w+)}", { name = "Ana", place = "Oslo" }))`,
		"pcall":     `for i = 1, 100 do pcall(error, "x") end return "x"`,
		"coroutine": `local co = coroutine.wrap(function() for i = 1, 100 do coroutine.yield(i) end end) for i = 1, 100 do co() end return "x"`,
	} {
		b.Run(name, func(b *testing.B) {
			var box Box
			call := Call{Script: "b", Source: "function render(ctx) " + body + " end", Entry: EntryRender}
			b.ReportAllocs()
			for b.Loop() {
				if r := box.Run(call); r.Err != nil {
					b.Fatal(r.Err)
				}
			}
		})
	}
}

// BenchmarkPatterns compares our matcher with that of gopher-lua, on what templates do.
func BenchmarkPatterns(b *testing.B) {
	for _, c := range []struct{ name, src, pat string }{
		{"date", "2026-03-10", "(%d%d%d%d)-(%d%d)-(%d%d)"},
		{"words", strings.Repeat("the quick brown fox ", 50), "(%a+) x"},
		{"key", "   name = Ana Lopez", "^%s*(.-)%s*=%s*(.-)%s*$"},
	} {
		b.Run(c.name+"/ours", func(b *testing.B) {
			pat, _ := strings.CutPrefix(c.pat, "^")
			b.ReportAllocs()
			for b.Loop() {
				if _, _, _, err := pattern.New(c.src, pat, nil).Find(0); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/gopher-lua", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pm.Find(c.pat, []byte(c.src), 0, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
