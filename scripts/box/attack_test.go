package box

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// attacks are our own, made with this box in view; the corpus was not. Each is the body of render, or a whole script. None may take more
// than its budget, harm a later run, or be told anything about the process.
var attacks = map[string]string{
	// Patterns.
	"pattern: nested quantifiers":   `return tostring(("a"):rep(5000):find(("a*"):rep(150) .. "b"))`,
	"pattern: lazy chains":          `return tostring(("a"):rep(20000):find((".-"):rep(60) .. "b"))`,
	"pattern: back references":      `return tostring(("ab"):rep(3000):find("(.*)(.*)(.*)%1%2%3x"))`,
	"pattern: balance from each":    `return tostring(("("):rep(60000):find("%b()x"))`,
	"pattern: long set":             `return tostring(("a"):rep(60000):find("[" .. ("b"):rep(60000) .. "]"))`,
	"pattern: long sets":            `return tostring(("a"):rep(3000):find((("[" .. ("b"):rep(300) .. "]*"):rep(150)) .. "c"))`,
	"pattern: long class ends":      `return tostring(("x"):rep(60000):find("a?" .. "[" .. ("b"):rep(50000) .. "]?" .. "y"))`,
	"pattern: deep captures":        `return tostring(pcall(string.find, "x", ("("):rep(32) .. "x" .. (")"):rep(32)))`,
	"pattern: too deep":             `return tostring(pcall(string.find, ("x"):rep(500), ("x?"):rep(250)))`,
	"pattern: frontier each":        `local n = 0 for _ in ("a b "):rep(16000):gmatch("%f[%a]()") do n = n + 1 end return n .. ""`,
	"pattern: gmatch kept":          `local f = ("x"):rep(60000):gmatch(".-y") for i = 1, 100 do f() end return "x"`,
	"pattern: gsub grows":           `return (("x"):rep(60000):gsub("x", "xx"))`,
	"pattern: gsub whole":           `return #(("x"):rep(1000):gsub("", ("%0"):rep(30000))) .. ""`,
	"pattern: gsub template":        `return #(("x"):rep(60000):gsub(".*", ("%0"):rep(30000))) .. ""`,
	"pattern: gsub recursion":       `local function f(s) return (s:gsub(".", f)) end return f("x")`,
	"pattern: gsub pcall recursion": `local function f(s) pcall(string.gsub, s, ".", f) return nil end f("x") return "done"`,
	"pattern: gsub over next":       `return tostring(pcall(string.gsub, ("a"):rep(5000), ".", next))`,
	"pattern: gsub with itself":     `return tostring(pcall(string.gsub, "abc", ".", string.gsub))`,
	"pattern: gsub table chain":     `local t = {} for i = 1, 200 do t = setmetatable({}, { __index = t }) end return (("x"):rep(60000):gsub(".", t)):sub(1, 5)`,
	"pattern: NUL":                  `return tostring(("a\0b"):find("%z")) .. tostring(("a\0b"):find("\0b"))`,

	// Formats.
	"format: widths":          `local s = "" for i = 1, 1e6 do s = ("%99d"):rep(600):format(unpack(setmetatable({}, {__index = function() return 1 end}), 1, 600)) end return s`,
	"format: bad widths":      `return tostring(pcall(string.format, "%999999d", 1)) .. tostring(pcall(string.format, "%.999f", 1)) .. tostring(pcall(string.format, "%*d", 1, 2))`,
	"format: Go's verbs":      `local out = "" for c in ("vTpUbtwk"):gmatch(".") do out = out .. tostring(pcall(string.format, "%" .. c, 1)) .. tostring(pcall(string.format, "%#" .. c, {})) end return out`,
	"format: indices":         `return tostring(pcall(string.format, "%[1]d %[2]s", 1, "x"))`,
	"format: only flags":      `return tostring(pcall(string.format, "%")) .. tostring(pcall(string.format, "%-")) .. tostring(pcall(string.format, "%-----------d", 1))`,
	"format: huge numbers":    `return ("%.99f"):format(1e308)`,
	"format: many quotes":     `local s = ("\""):rep(60000) return (("%q"):format(s))`,
	"format: functions":       `return tostring(pcall(string.format, "%s", print)) .. tostring(pcall(string.format, "%d", render)) .. tostring(pcall(string.format, "%q", {}))`,
	"format: tostring raises": `return tostring(pcall(string.format, "%s", setmetatable({}, { __tostring = function() error("x") end })))`,

	// Sorting.
	"sort: never sure":      `local t = {} for i = 1, 19000 do t[i] = i end pcall(table.sort, t, function() return true end) return "x"`,
	"sort: yields":          `local co = coroutine.wrap(function() local t = { 3, 2, 1 } table.sort(t, function(a, b) coroutine.yield("y") return a < b end) return t[1] end) local out = "" for i = 1, 9 do local ok, v = pcall(co) out = out .. tostring(v) end return out`,
	"sort: clears":          `local t = {} for i = 1, 300 do t[i] = -i end table.sort(t, function(a, b) for i = 1, #t do t[i] = nil end return a < b end) return #t .. ""`,
	"sort: mixed":           `return tostring(pcall(table.sort, { 1, "x", {}, true }))`,
	"sort: NaN":             `local t = {} for i = 1, 500 do t[i] = i % 3 == 0 and 0/0 or -i end pcall(table.sort, t) return "x"`,
	"sort: worst order":     `local t = {} for i = 1, 18000 do t[i] = i % 2 end while true do table.sort(t) end`,
	"sort: sorts itself":    `local t = { 3, 1, 2 } local function f(a, b) table.sort(t, f) return a < b end table.sort(t, f) return "x"`,
	"sort: pcall sorts":     `local function f(a, b) pcall(table.sort, { 2, 1 }, f) return a < b end table.sort({ 2, 1 }, f) return "x"`,
	"sort_by: keys recurse": `local function k(v) return list.sort_by({ 1, 2 }, k) end list.sort_by({ 1, 2 }, k) return "x"`,
	"sort_by: odd keys":     `return tostring(pcall(list.sort_by, { 1, "a", {} }, function(v) return v end))`,

	// Metamethods.
	"meta: towers":            `local t = {} for i = 1, 5000 do t = setmetatable({}, { __index = t }) end return tostring(pcall(function() return t.x end))`,
	"meta: circles":           `local a, b = {}, {} setmetatable(a, { __index = b }) setmetatable(b, { __index = a }) return tostring(pcall(function() return a.x end)) .. tostring(pcall(function() a.x = 1 end))`,
	"meta: index towers":      `local function deep(n) return setmetatable({}, { __index = function(_, k) return deep(n + 1)[k] end }) end return tostring(pcall(function() return deep(1).x end))`,
	"meta: towers in pcalls":  `local function deep(n) local t = setmetatable({}, { __index = function(_, k) if k == 0 then return select(2, pcall(deep, n + 1)) end return _[k - 1] end }) return t[100] end return tostring(deep(1))`,
	"meta: concat":            `local mt = {} mt.__concat = function(a, b) return setmetatable({}, mt) .. a end return tostring(pcall(function() return setmetatable({}, mt) .. "x" end))`,
	"meta: eq in rawequal":    `return tostring(rawequal(setmetatable({}, { __eq = error }), setmetatable({}, { __eq = error })))`,
	"meta: call chain":        `local f = setmetatable({}, {}) getmetatable(f).__call = f return tostring(pcall(f))`,
	"meta: call natives":      `local f = setmetatable({}, { __call = pcall }) return tostring(f(f, f, f))`,
	"meta: tostring itself":   `local t = setmetatable({}, {}) getmetatable(t).__tostring = tostring return tostring(pcall(tostring, t))`,
	"meta: tostring no text":  `return tostring(type(tostring(setmetatable({}, { __tostring = function() return {} end }))))`,
	"meta: gc and mode":       `for i = 1, 100 do setmetatable({}, { __gc = error, __mode = "kv" }) end return "x"`,
	"meta: protected":         `local t = setmetatable({}, { __metatable = "no" }) return tostring(getmetatable(t)) .. tostring(pcall(setmetatable, t, {}))`,
	"meta: of texts":          `return tostring(getmetatable("")) .. tostring(pcall(setmetatable, "", {}))`,
	"meta: arithmetic towers": `local mt = {} mt.__add = function(a, b) return a + b end return tostring(pcall(function() return setmetatable({}, mt) + "1" end)) .. tostring(pcall(function() return "1" + setmetatable({}, mt) end))`,
	"meta: natives as events": `for _, f in pairs({ pcall, error, next, select, tostring, string.rep, table.sort, coroutine.wrap, coroutine.yield, unpack, setmetatable, ask, require, list.map, text.trim }) do local t = setmetatable({}, { __index = f, __newindex = f, __call = f, __add = f, __concat = f, __eq = f, __lt = f, __le = f, __unm = f, __len = f, __tostring = f }) pcall(function() return t.x end) pcall(function() t.x = 1 end) pcall(t) pcall(t, t) pcall(function() return t + t end) pcall(function() return t .. t end) pcall(function() return t == setmetatable({}, getmetatable(t)) end) pcall(function() return t < t end) pcall(function() return -t end) pcall(function() return #t end) pcall(tostring, t) end return "x"`,
	"meta: globals":           `setmetatable(_G, { __index = function(t, k) return _G[k .. "x"] end }) return tostring(pcall(function() return nowhere end))`,

	// Coroutines.
	"coroutine: circle":             `local a, b, c a = coroutine.wrap(function() return b() end) b = coroutine.wrap(function() return c() end) c = coroutine.wrap(function() return a() end) return tostring(pcall(a))`,
	"coroutine: resumes itself":     `local co co = coroutine.create(function() return coroutine.resume(co) end) return tostring(select(2, coroutine.resume(co)))`,
	"coroutine: many":               `for i = 1, 1e6 do coroutine.create(function() end) end return "x"`,
	"coroutine: many finished":      `for i = 1, 500 do coroutine.wrap(function() end)() end return "x"`,
	"coroutine: many that fail":     `for i = 1, 500 do pcall(coroutine.wrap(function() error({}) end)) end return "x"`,
	"coroutine: abandoned":          `for i = 1, 60 do local co = coroutine.wrap(function() pcall(function() pcall(coroutine.yield) end) end) co() end return "x"`,
	"coroutine: abandoned in gsub":  `for i = 1, 30 do local co = coroutine.wrap(function() ("abc"):gsub(".", coroutine.yield) end) co() end return "x"`,
	"coroutine: pcall holds unwind": `for i = 1, 30 do coroutine.wrap(function() while true do pcall(coroutine.yield) end end)() end return "x"`,
	"coroutine: yields from meta":   `local co = coroutine.wrap(function() local t = setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end }) return t.a .. t.b end) local out = co() .. co("1") .. co("2") return out`,
	"coroutine: yields in for":      `local co = coroutine.wrap(function() local s = "" for k in function() return coroutine.yield("q") end do s = s .. k end return s end) co() co("a") co("b") return co(nil)`,
	"coroutine: yield outside":      `return tostring(pcall(coroutine.yield, 1)) .. tostring(select(2, pcall(coroutine.yield, 1)))`,
	"coroutine: of natives":         `local out = "" for _, f in pairs({ pcall, error, next, select, tostring, string.rep, string.gsub, table.sort, coroutine.wrap, coroutine.create, coroutine.resume, coroutine.yield, unpack, setmetatable, require, list.map, text.trim, string.gmatch, xpcall }) do local co = coroutine.create(f) for i = 1, 3 do pcall(coroutine.resume, co, co, co, co) end out = out .. coroutine.status(co) end return out`,
	"coroutine: many values":        `local big = {} for i = 1, 900 do big[i] = i end local co = coroutine.wrap(function(...) while true do coroutine.yield(unpack(big), ...) end end) for i = 1, 50 do co(unpack(big)) end return "x"`,
	"coroutine: nested and stuck":   `local function nest(n) coroutine.wrap(function() if n < 7 then nest(n + 1) end coroutine.yield() end)() end nest(1) return "x"`,
	"coroutine: endless inside":     `coroutine.wrap(function() local t = setmetatable({}, { __index = function() while true do end end }) pcall(function() return t.x end) end)() return "away"`,
	"coroutine: wrong things":       `return tostring(pcall(coroutine.resume, {})) .. tostring(pcall(coroutine.status)) .. tostring(pcall(coroutine.create, 1)) .. tostring(pcall(coroutine.wrap, {}))`,
	"coroutine: ping-pong":          `local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end`,

	// Memory and time.
	"memory: giant indices":       `local k = {} for i = 1, 1e6 do k[i] = {} k[i][19999] = 1 end`,
	"memory: giant in one table":  `local t = {} t[2^53] = 1 t[-1] = 1 t[1e300] = 1 t[0.5] = 1 t[19999] = 1 t[20000] = 1 t[2^31] = 1 return #t .. ""`,
	"memory: constructors":        `local k = {} for i = 1, 1e6 do k[i] = { {}, {}, {}, {}, {}, {}, {}, {}, x = {}, y = {}, z = {} } end`,
	"memory: closures":            `local k = {} for i = 1, 1e6 do local a, b, c = i, i, i k[i] = function() return a, b, c end end`,
	"memory: keys come and go":    `local t = {} for i = 1, 1e7 do t["k" .. i] = 1 t["k" .. i] = nil end`,
	"memory: texts":               `local k = {} for i = 1, 1e6 do k[i] = ("x"):rep(60000) .. i end`,
	"memory: substrings":          `local k, s = {}, ("x"):rep(60000) for i = 1, 1e6 do k[i] = s:sub(2) end`,
	"memory: threads":             `local k = {} for i = 1, 1e6 do k[i] = pcall(error) end`,
	"memory: errors":              `local k = {} for i = 1, 1e6 do local _, e = pcall(error, { i }) k[i] = e end`,
	"memory: long error texts":    `local k, s = {}, ("x"):rep(60000) for i = 1, 1e6 do local _, e = pcall(function() local n return n[s] end) k[i] = e end`,
	"memory: args tables":         `local function f(...) return { ... } end local k = {} for i = 1, 1e6 do k[i] = f(unpack({}, 1, 900)) end`,
	"memory: names of tables":     `local k = {} for i = 1, 1e6 do local t = {} k[i] = tostring(t) end`,
	"memory: list.map":            `local t = {} for i = 1, 19000 do t[i] = i end local k = {} for i = 1, 1e6 do k[i] = list.map(t, function(v) return v end) end`,
	"time: compare":               `local a, b = ("x"):rep(65000) .. "a", ("x"):rep(65000) .. "b" while true do local _ = a < b, a <= b, a == b end`,
	"time: long keys":             `local s, t = ("k"):rep(65000), {} while true do t[s] = t[s] end`,
	"time: number texts":          `local s = ("9"):rep(65000) while true do pcall(function() return s + 1 end) end`,
	"time: number texts at bound": `local s = ("9"):rep(400) while true do local _ = s * s + s end`,
	"time: for by a hair":         `for i = 2^53, 2^53 + 1 do end return "x"`,
	"time: for nowhere":           `for i = 1, 2, 0 do end return "x"`,
	"time: for to infinity":       `for i = 1, 1/0 do end return "x"`,
	"time: for by NaN":            `for i = 0/0, 1 do end for i = 1, 0/0 do end return "x"`,
	"time: length":                `local t = {} t[19999] = 1 t[19999] = nil while true do local _ = #t end`,
	"time: next over nothing":     `local t = {} for i = 1, 19000 do t[i] = i end for i = 1, 19000 do t[i] = nil end while true do next(t) end`,
	"time: pairs over nothing":    `local t = {} for i = 1, 19000 do t["k" .. i] = i end for k in pairs(t) do t[k] = nil end while true do next(t) end`,
	"time: ipairs by meta":        `for i in ipairs(setmetatable({}, { __index = function() return 1 end })) do end return "x"`,
	"time: tonumber":              `local s = ("f"):rep(60000) while true do tonumber(s, 16) end`,
	"time: segments":              `local s = ("ä€😀"):rep(7000) while true do text.segments(s) text.gsm(s) text.title(s) end`,
	"time: dates":                 `while true do dates.format("2026-03-10T13:30:00Z", "America/New_York", "date_time", "es") end`,
	"time: dates.add":             `local at = "2026-03-10T13:30:00Z" while true do at = dates.add(at, { days = 1e6 }) end`,
	"time: money":                 `local s = ("1"):rep(60000) while true do money.parse(s) end`,
	"time: join":                  `local t = {} for i = 1, 19000 do t[i] = "" end while true do list.join(t, "") table.concat(t) end`,
	"time: move":                  `local t = {} for i = 1, 19000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end`,
	"time: unpack":                `local t = {} for i = 1, 1000 do t[i] = i end while true do local _ = select("#", unpack(t, 1, 1000)) end`,
	"time: select":                `local function f(n, ...) if n > 0 then return f(n - 1, select(2, ...)) end end while true do f(800, unpack({}, 1, 900)) end`,
	"time: error levels":          `while true do pcall(error, "x", 1e9) pcall(error, "x", -5) pcall(error, "x", 2^40) end`,
	"time: tail calls":            `local n = 0 local function f() n = n + 1 if n % 1000 == 0 then error("x") end return f() end while true do pcall(f) end`,

	// Stacks.
	"stack: registry and tail call":   `local function f(...) return f(1, 2, 3, 4, 5, ...) end return tostring(pcall(f))`,
	"stack: varargs":                  `local function f(...) return (f(..., unpack({}, 1, 200))) end return tostring(pcall(f))`,
	"stack: grows by varargs":         `local function f(...) return select("#", f(1, ...)) end return tostring(pcall(f))`,
	"stack: pcall tail":               `local function f() return pcall(f) end return tostring(f())`,
	"stack: xpcall handlers":          `local function h() return xpcall(error, h) end return tostring(xpcall(error, h))`,
	"stack: pcall in handler":         `return tostring(xpcall(function() error("a") end, function(e) return select(2, pcall(error, e .. "b")) end))`,
	"stack: require in require":       `return tostring(pcall(require, "self"))`,
	"stack: first resume too large":   `local co = coroutine.create(function(...) return select("#", ...) end) local t = {} for i = 1, 1000 do t[i] = i end local function many() return unpack(t) end return tostring(pcall(coroutine.resume, co, many(), many(), unpack(t)))`,
	"stack: concat of many":           `return tostring(#(` + strings.Repeat(`"x"..`, 400) + `"x"))`,
	"stack: recursion in list.map":    `local function f(v) return list.map({ 1 }, f) end return tostring(pcall(f))`,
	"stack: recursion in sort, pcall": `local function f() table.sort({ 1, 2, 3 }, function(a, b) pcall(f) return a < b end) end f() return "x"`,

	// What stands around the box.
	"escape: names":         `local out = "" for _, n in pairs({ "load", "loadstring", "loadfile", "dofile", "module", "getfenv", "setfenv", "collectgarbage", "print", "newproxy", "_printregs", "io", "os", "debug", "package", "channel", "_GOPHER_LUA_VERSION" }) do if _G[n] ~= nil then out = out .. " ESCAPED " .. n end end return "names" .. out`,
	"escape: addresses":     `local out = tostring({}) .. tostring(render) .. tostring(coroutine.create(render)) .. tostring(print) local _, e = pcall(function() local n return n[{}] end) out = out .. e if out:find("0x") then return "ESCAPED" end return out`,
	"escape: numbered":      `local a, b = {}, {} return tostring(a) .. tostring(b) .. tostring(a)`,
	"escape: random":        `return tostring(math.random) .. tostring(math.randomseed)`,
	"escape: clock":         `return tostring(ctx.now)`,
	"escape: globals":       `_G._G = nil for k in pairs(_G or {}) do _G[k] = nil end string = nil table = nil return ("x"):rep(3)`,
	"escape: string table":  `string.rep = function() return "ESCAPED" end string.format = nil return ("x"):upper()`,
	"escape: concat hidden": "local f = function() return _G['\\0cat'] end return tostring(f())",
	"escape: goto":          `goto done do local x ::back:: end ::done:: return "x"`,
	"escape: goto loop":     `local i = 0 ::top:: i = i + 1 if i < 100 then goto top end return i .. ""`,
	"escape: chunk args":    `return tostring(arg) .. tostring(_VERSION)`,
	"next: while changing":  `local t = { 1, 2, 3, a = 1, b = 2 } local n = 0 for k in pairs(t) do n = n + 1 t[k] = nil t["new" .. n] = 1 if n > 1000 then break end end return "x"`,
	"next: shrinking list":  `local t, n = {}, 0 for i = 1, 100 do t[i] = i end for k in pairs(t) do n = n + 1 table.remove(t) if n > 1000 then break end end return n .. ""`,
	"next: unknown key":     `return tostring(pcall(next, { a = 1 }, "zzz"))`,
	"select: extremes":      `local out = "" for _, n in pairs({ 0, -1, -9, 9, 1/0, -1/0, 0/0, 2^60, "#", "1", "x" }) do out = out .. tostring(pcall(select, n, 1, 2)) end return out`,
	"texts: coercions":      `return 10 .. 20 .. "" .. tostring("0x10" + 1) .. tostring(pcall(function() return {} + 1 end)) .. tostring(pcall(function() return "a" + 1 end))`,
	"errors: odd values":    `local out = "" for _, v in pairs({ 1, true, {}, render }) do out = out .. tostring(select(2, pcall(error, v)) == v) end return out .. tostring(select("#", pcall(error)))`,
	"errors: forged limits": `error("t.lua:1: the script took more than 2,000,000 instructions", 0)`,
	"errors: forged engine": `error("runtime error: index out of range [0] with length 0", 0)`,
	"errors: controls":      `error("\27[31mred\r\n\0end\226\128\174", 0)`,
	"errors: long":          `error(("é"):rep(30000), 0)`,
	"errors: message field": `error(setmetatable({ message = "told" }, { __index = error, __tostring = error }))`,
}

func TestOwnAttacksAreContained(t *testing.T) {
	canarySource, canaryCtx := "", ""
	if corpusFiles(t, "canary.lua") != nil {
		canarySource, canaryCtx = read(t, filepath.Join(corpus, "canary.lua")), read(t, filepath.Join(corpus, "canary-ctx.json"))
	}
	goroutines := runtime.NumGoroutine()
	var b Box
	for name, body := range attacks {
		t.Run(name, func(t *testing.T) {
			call := Call{Script: "t", Source: "function render(ctx) " + body + "\nend", Entry: EntryRender, Modules: map[string]string{"self": "return require 'self'"}}
			first := b.Run(call)
			sound(t, first)
			if first.Used.CPUMicros > int((CPURender+60e6).Microseconds()) && !raceEnabled {
				t.Errorf("it took %d us of CPU time", first.Used.CPUMicros)
			}
			if strings.Contains(first.Text, "ESCAPED") {
				t.Errorf("%q", first.Text)
			}
			if first.Err != nil && first.Err.Limit == LimitInterpreter {
				t.Errorf("the interpreter failed: %+v", first.Err)
			}
			if first.Err != nil && strings.Contains(first.Err.Message, "syntax error") {
				t.Errorf("no attack at all: %+v", first.Err)
			}
			if second := b.Run(call); !alike(first, second) {
				t.Errorf("two runs differ: %q %+v, %q %+v", first.Text, first.Err, second.Text, second.Err)
			}
			canary(t, &b, canarySource, canaryCtx)
			t.Logf("%d us, %d instructions, %.100q %+v", first.Used.CPUMicros, first.Used.Instructions, first.Text, first.Err)
		})
	}
	for range 10_000 { // the goroutine of the last subtest may not be quite gone
		if runtime.NumGoroutine() <= goroutines {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines were left", runtime.NumGoroutine()-goroutines)
}
