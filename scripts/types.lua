---@meta
-- What scripts see, for the Lua language server. Made from README.md by: go test ./scripts -rewrite

---@class Ctx
---@field now string RFC 3339
---@field link? string
---@field business Business
---@field customer Customer
---@field session Session
---@field thread Thread
---@field event Event
---@field windows Window[] the next open ones
---@field offered Window[] that our latest text with windows named; open tells which can still be booked
---@field areas string[] ZIP codes that are served; empty: everywhere
---@field services Service[]
---@field facts Fact[] all that an agent may state besides results
---@field booking? Booking
---@field memory table<string, any> what the agent kept

---@class Business
---@field name? string
---@field office_phone? string
---@field emergency_phone? string
---@field timezone? string
---@field website? string

---@class Customer
---@field first_name? string
---@field last_name? string
---@field phone? string
---@field email? string not for texts
---@field address? Place of the visit

---@class Place
---@field line1? string
---@field city? string
---@field postal_code? string five digits

---@class Session
---@field service? string
---@field said? string the service in the page's own words, where the list has no such name
---@field step? string
---@field preferred? string
---@field locale? string

---@class Event
---@field kind "start"|"text"|"timeout"
---@field text? string
---@field media integer number of attachments
---@field media_types? string[]
---@field tapback? "yes"|"no"|"else" a phone's reaction to one of our texts
---@field emergency_past? string a danger that is over by what the customer says

---@class Thread
---@field turns Turn[]
---@field owner? "agent"|"human"
---@field note? string of the person who handed the thread back
---@field count integer texts of the agent so far
---@field lang? "en"|"es" by what the customer wrote

---@class Turn
---@field from "customer"|"agent"|"human"|"system"
---@field text string
---@field at string RFC 3339
---@field offered? string[] IDs of the windows that one of our texts named

---@class Window
---@field id string
---@field start string RFC 3339
---@field end string RFC 3339
---@field label string such as "Tue Mar 10, 8 AM-10 AM"
---@field note? string
---@field surcharge_cents? integer
---@field open? boolean in ctx.offered only

---@class Service
---@field name string
---@field keywords string[]
---@field duration? string
---@field price_note? string

---@class Fact
---@field id string
---@field text string
---@field prices? integer[] cents

---@class Booking
---@field id string
---@field service? string
---@field window? Window

---@class Proposal
---@field say? string the text to send
---@field hand_off? string why a person should take over
---@field opt_out? boolean
---@field close? boolean
---@field alert? string a person is told, and the agent goes on
---@field task? string what the office is to do, such as a call
---@field memory? table<string, any>
---@field instead? Proposal what holds when the firewall does not let say out

---@alias Ask "windows"|"book"|"reschedule"|"cancel"|"waitlist"|"model"

---asks for something, in reply only; see above
---@param name Ask
---@param args? table
---@return any
---@return string
function ask(name, args) end

---loads a module of the library
---@param name string
---@return any
function require(name) end

---v, or an error when it is nil or false
---@param v any
---@param message? string
---@return any
function assert(v, message) end

---ends the run with a message; level 0 leaves the place out
---@param message any
---@param level? integer
function error(message, level) end

---the metatable of a table
---@param t table
---@return table
function getmetatable(t) end

---goes through a list: `for i, v in ipairs(t)`
---@param t table
---@return function
---@return table
---@return integer
function ipairs(t) end

---the entry after key
---@param t table
---@param key? any
---@return any
---@return any
function next(t, key) end

---goes through all entries, in the order in which they were made
---@param t table
---@return function
---@return table
---@return nil
function pairs(t) end

---calls f and catches its error
---@param f function
---@param ... any
---@return boolean
---@return any
function pcall(f, ...) end

---equal without metamethods
---@param a any
---@param b any
---@return boolean
function rawequal(a, b) end

---reads without metamethods
---@param t table
---@param key any
---@return any
function rawget(t, key) end

---writes without metamethods
---@param t table
---@param key any
---@param value any
---@return table
function rawset(t, key, value) end

---the arguments from n on, or with "#" their number
---@param n any
---@param ... any
---@return any
function select(n, ...) end

---gives a table a metatable
---@param t table
---@param meta? table
---@return table
function setmetatable(t, meta) end

---the number that v spells, or nil
---@param v any
---@param base? integer
---@return number
function tonumber(v, base) end

---v as text
---@param v any
---@return string
function tostring(v) end

---the name of v's type
---@param v any
---@return string
function type(v) end

---the items of a list, at most 1,000
---@param t table
---@param i? integer
---@param j? integer
---@return any
function unpack(t, i, j) end

---pcall with a handler of the error
---@param f function
---@param handler function
---@return boolean
---@return any
function xpcall(f, handler) end

string = {}

---the bytes of s
---@param s string
---@param i? integer
---@param j? integer
---@return integer
function string.byte(s, i, j) end

---a text of bytes
---@param ... integer
---@return string
function string.char(...) end

---where the pattern is
---@param s string
---@param pattern string
---@param init? integer
---@param plain? boolean
---@return integer
---@return integer
function string.find(s, pattern, init, plain) end

---fills a format: `%d %s %5.2f %q %x %c %e %g %i %o %u %X %%`
---@param format string
---@param ... any
---@return string
function string.format(format, ...) end

---goes through all matches
---@param s string
---@param pattern string
---@return function
function string.gmatch(s, pattern) end

---replaces matches
---@param s string
---@param pattern string
---@param repl any
---@param n? integer
---@return string
---@return integer
function string.gsub(s, pattern, repl, n) end

---the number of bytes
---@param s string
---@return integer
function string.len(s) end

---A-Z in lower case
---@param s string
---@return string
function string.lower(s) end

---the captures of the first match, or nil
---@param s string
---@param pattern string
---@param init? integer
---@return any
function string.match(s, pattern, init) end

---s, n times
---@param s string
---@param n integer
---@return string
function string.rep(s, n) end

---the bytes backwards
---@param s string
---@return string
function string.reverse(s) end

---bytes i to j; do not cut inside an accented letter
---@param s string
---@param i integer
---@param j? integer
---@return string
function string.sub(s, i, j) end

---a-z in upper case
---@param s string
---@return string
function string.upper(s) end

table = {}

---the items as one text
---@param t table
---@param separator? string
---@param i? integer
---@param j? integer
---@return string
function table.concat(t, separator, i, j) end

---the length of a list
---@param t table
---@return integer
function table.getn(t) end

---puts a value at the end, or at pos
---@param t table
---@param pos any
---@param value? any
function table.insert(t, pos, value) end

---the highest index
---@param t table
---@return number
function table.maxn(t) end

---takes the last value out, or the one at pos
---@param t table
---@param pos? integer
---@return any
function table.remove(t, pos) end

---sorts a list
---@param t table
---@param less? function
function table.sort(t, less) end

math = {}

---the absolute value
---@param x number
---@return number
function math.abs(x) end

---the arc cosine
---@param x number
---@return number
function math.acos(x) end

---the arc sine
---@param x number
---@return number
function math.asin(x) end

---the arc tangent
---@param x number
---@return number
function math.atan(x) end

---the angle of a point
---@param y number
---@param x number
---@return number
function math.atan2(y, x) end

---rounds up
---@param x number
---@return integer
function math.ceil(x) end

---the cosine
---@param x number
---@return number
function math.cos(x) end

---the hyperbolic cosine
---@param x number
---@return number
function math.cosh(x) end

---radians to degrees
---@param x number
---@return number
function math.deg(x) end

---e to the power of x
---@param x number
---@return number
function math.exp(x) end

---rounds down
---@param x number
---@return integer
function math.floor(x) end

---the remainder, with the sign of x
---@param x number
---@param y number
---@return number
function math.fmod(x, y) end

---fraction and exponent
---@param x number
---@return number
---@return integer
function math.frexp(x) end

---infinity
---@type number
math.huge = nil

---m times 2 to the power of e
---@param m number
---@param e integer
---@return number
function math.ldexp(m, e) end

---the natural logarithm
---@param x number
---@return number
function math.log(x) end

---the logarithm to base 10
---@param x number
---@return number
function math.log10(x) end

---the largest
---@param x number
---@param ... number
---@return number
function math.max(x, ...) end

---the smallest
---@param x number
---@param ... number
---@return number
function math.min(x, ...) end

---whole and broken part
---@param x number
---@return number
---@return number
function math.modf(x) end

---the circle's number
---@type number
math.pi = nil

---x to the power of y
---@param x number
---@param y number
---@return number
function math.pow(x, y) end

---degrees to radians
---@param x number
---@return number
function math.rad(x) end

---the sine
---@param x number
---@return number
function math.sin(x) end

---the hyperbolic sine
---@param x number
---@return number
function math.sinh(x) end

---the square root
---@param x number
---@return number
function math.sqrt(x) end

---the tangent
---@param x number
---@return number
function math.tan(x) end

---the hyperbolic tangent
---@param x number
---@return number
function math.tanh(x) end

coroutine = {}

---a coroutine; at most 64
---@param f function
---@return thread
function coroutine.create(f) end

---goes on with it
---@param co thread
---@param ... any
---@return boolean
---@return any
function coroutine.resume(co, ...) end

---the running one, nil outside of any
---@return thread
function coroutine.running() end

---how it is
---@param co thread
---@return string
function coroutine.status(co) end

---a coroutine as a function
---@param f function
---@return function
function coroutine.wrap(f) end

---leaves the coroutine until it is resumed
---@param ... any
---@return any
function coroutine.yield(...) end

---the language
---@type string
_VERSION = nil

dates = {}

---A moment (RFC 3339) in words, in a time zone; without one in the zone it is written in.
---@param at string
---@param zone? string
---@param style? "date"|"long"|"day"|"time"|"date_time"|"iso"
---@param lang? string
---@return string
function dates.format(at, zone, style, lang) end

---The day of the week of a moment.
---@param at string
---@param zone? string
---@param lang? string
---@return string
function dates.weekday(at, zone, lang) end

---The day of a moment as seen from now: today, tomorrow, yesterday, the weekday within six days, else the date.
---@param at string
---@param now string
---@param zone? string
---@param lang? string
---@return string
function dates.relative(at, now, zone, lang) end

---A moment moved by days of the calendar, hours and minutes.
---@param at string
---@param span {days?: integer, hours?: integer, minutes?: integer}
---@param zone? string
---@return string
function dates.add(at, span, zone) end

---How many minutes lie between two moments; negative when to comes first.
---@param from string
---@param to string
---@return integer
function dates.minutes(from, to) end

i18n = {}

---The language of a locale such as es-MX; en where there is none.
---@param locale? string
---@return string
function i18n.lang(locale) end

---The choice for a language or locale; the one for en where there is none for it.
---@param lang? string
---@param choices table<string, any>
---@return any
function i18n.pick(lang, choices) end

list = {}

---Whether the value is one of the items.
---@param items any[]
---@param value any
---@return boolean
function list.contains(items, value) end

---A new list of the items that keep says yes to.
---@param items any[]
---@param keep fun(item: any): boolean
---@return any[]
function list.filter(items, keep) end

---The first item that matches says yes to, or nil.
---@param items any[]
---@param matches fun(item: any): boolean
---@return any
function list.find(items, matches) end

---A new list of the first n items.
---@param items any[]
---@param n integer
---@return any[]
function list.first(items, n) end

---The items as one text; last stands before the last one.
---@param items any[]
---@param separator? string
---@param last? string
---@return string
function list.join(items, separator, last) end

---A new list of what change makes of each item; nil leaves it out.
---@param items any[]
---@param change fun(item: any): any
---@return any[]
function list.map(items, change) end

---A new list in the order of a field of the items, or of what key makes of them; equal ones stay in their order.
---@param items any[]
---@param key string|fun(item: any): any
---@return any[]
function list.sort_by(items, key) end

money = {}

---An amount in US dollars; whole dollars without cents.
---@param cents integer
---@return string
function money.format(cents) end

---The cents of an amount such as $1,200 or 89.50; nil for what is none.
---@param s string
---@return integer?
function money.parse(s) end

phone = {}

---A number of the United States or Canada as people read it; any other as it is.
---@param e164 string
---@return string
function phone.format(e164) end

---A number of the United States or Canada with hyphens; any other as it is.
---@param e164 string
---@return string
function phone.national(e164) end

sms = {}

---The same as text.segments.
---@param s string
---@return integer
function sms.segments(s) end

talk = {}

---What a customer's text is about, by name: yes, no, price, human, call_me, cancel, reschedule, earliest, any, options, done, later, thanks, greeting, bot, who, complaint, legal, abuse, seller, machine, minor, tenant, commercial, card, link, override, waitlist, license, spanish, when, booked, zone, refusal, reaction.
---@param text string
---@return table<string, true>
function talk.intents(text) end

---The language of a text, en or es; nil when it does not tell.
---@param text string
---@return string?
function talk.language(text) end

---What a text says about arrival windows: the ids of the open ones that fit; sure when exactly one is meant; the dates named, and those of them that are full; whether a time was named; near what was asked when none fits; offered ones that were chosen and are gone.
---@param text string
---@param now string
---@param zone string
---@param open Window[]
---@param offered? Window[]
---@return {windows: string[], sure: boolean, days: string[], full: string[], timed: boolean, near: string[], past: string[]}
function talk.choose(text, now, zone, open, offered) end

---The parts of a street address that a text holds.
---@param text string
---@return {line1: string?, line2: string?, postal_code: string?}
function talk.address(text) end

---The name of the service that a text speaks of; nil when it is none or not clear.
---@param text string
---@param services Service[]
---@return string?
function talk.service(text, services) end

---The approved facts that answer one question, at most two, as they stand: only those that have everything it asks. topic when it is about what customers often ask of: hours, card, warranty, financing and so on.
---@param question string
---@param facts Fact[]
---@return {told: string[], topic: string?}
function talk.facts(question, facts) end

---A danger that a text tells of and that is over: gas, carbon_monoxide, fire and so on. One that is there now never reaches a script.
---@param text string
---@return string?
function talk.past_danger(text) end

text = {}

---How many SMS segments the text is sent and paid as.
---@param s string
---@return integer
function text.segments(s) end

---The alphabet the text is sent in: GSM-7 has 160 characters a segment, UCS-2 70.
---@param s string
---@return string
function text.encoding(s) end

---The text with look-alikes such as curly quotes replaced by characters of the SMS alphabet, as the carrier does.
---@param s string
---@return string
function text.gsm(s) end

---The text without white space at its ends.
---@param s string
---@return string
function text.trim(s) end

---How many characters the text has; # counts bytes.
---@param s string
---@return integer
function text.length(s) end

---The text cut to at most n characters, with ... where something was cut off.
---@param s string
---@param n integer
---@return string
function text.truncate(s, n) end

---The text with a capital first letter in each word; words in capitals become small, mixed ones such as McDonald stay.
---@param s string
---@return string
function text.title(s) end

---The text in capitals, accented letters too.
---@param s string
---@return string
function text.upper(s) end

---The text in small letters, accented letters too.
---@param s string
---@return string
function text.lower(s) end

windows = {}

---An arrival window in words.
---@param window {start: string, end: string}
---@param zone? string
---@param lang? string
---@return string
function windows.describe(window, zone, lang) end

---A new list of the windows that begin on a date such as 2026-03-10, in the time zone.
---@param windows {start: string, end: string}[]
---@param date string
---@param zone? string
---@return table[]
function windows.on(windows, date, zone) end
