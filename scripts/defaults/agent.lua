-- agent: answers by text in ai_agent mode, and books the job.
--
-- It writes the first text after an online booking was left unfinished, and answers what the customer texts: it offers open arrival
-- windows, books one when the customer chose it, moves and cancels, tells prices from approved facts only, and goes to a person
-- whenever it does not know. STOP, HELP and emergencies never come here, and every text is checked after it: what is no result of an
-- ask and no approved fact does not go out. The words are in agent_words.

local words = require "agent_words"

local opt_out = " Reply STOP to opt out."

-- first_that_fits gives the longest wording that goes out as one SMS segment, or the last one.
local function first_that_fits(tries)
  for _, try in ipairs(tries) do
    if sms.segments(try) == 1 then
      return try
    end
  end
  return tries[#tries]
end

local function start(ctx)
  local business = ctx.business.name
  if not business then
    error("business.name is missing: the text must say who writes")
  end
  local hello = "Hi, this is the automated assistant of "
  if ctx.customer.first_name then
    hello = "Hi " .. ctx.customer.first_name .. ", this is the automated assistant of "
  end
  local about = ". Your " .. (ctx.session.service or "online") .. " booking is not finished."
  local open = ask("windows", { service = ctx.session.service, days = 7 }) or {}

  local tries = {}
  if open[1] and open[2] then
    table.insert(tries, hello .. business .. about .. " Open: " .. open[1].label .. " or " .. open[2].label .. ". Which suits?" .. opt_out)
  end
  if open[1] then
    table.insert(tries, hello .. business .. about .. " Next open: " .. open[1].label .. ". Does it suit?" .. opt_out)
    table.insert(tries, business .. ", automated: your booking is not finished. Next open: " .. open[1].label .. ". Does it suit?" .. opt_out)
  end
  table.insert(tries, hello .. business .. about .. " Which day suits you?" .. opt_out)
  table.insert(tries, business .. ", automated: your booking is not finished. Which day suits you?" .. opt_out)
  return { say = first_that_fits(tries) }
end

-- A turn is one answer on its way: what is known, and how it is said.
local turn = {}
turn.__index = turn

local function new_turn(ctx)
  local said = ctx.event.text or ""
  local memory = ctx.memory or {}
  local t = setmetatable({ ctx = ctx, said = said, is = talk.intents(said), memory = memory, zone = ctx.business.timezone }, turn)
  t.lang = talk.language(said) or memory.lang or t:our_language() or (i18n.lang(ctx.session.locale) == "es" and "es" or "en")
  if t.is.spanish then
    t.lang = "es"
  end
  memory.lang = t.lang
  t.office = ctx.business.office_phone and phone.format(ctx.business.office_phone) or ""
  return t
end

-- our_language gives the language of our last text when that was Spanish.
function turn:our_language()
  local last
  for _, said in ipairs(self.ctx.thread.turns or {}) do
    last = said.from == "agent" and said.text or last
  end
  return last and talk.language(last) == "es" and "es" or nil
end

-- say puts a text of agent_words together; parts that are empty fall away.
function turn:text(name, values)
  values = values or {}
  values.office = values.office or self.office
  values.business = self.ctx.business.name
  return words.say(self.lang, name, values)
end

function turn:done(proposal)
  proposal.memory = self.memory
  if proposal.say then
    proposal.say = text.trim((string.gsub(proposal.say, "%s+", " ")))
    proposal.say = string.gsub(proposal.say, "^%l", string.upper)
  end
  return proposal
end

function turn:answer(...)
  return self:done({ say = table.concat({ ... }, " ") })
end

function turn:person(reason, ...)
  return self:done({ say = table.concat({ ... }, " "), hand_off = reason })
end

-- label names a window. Months and days are written out, so that nobody reads the date the other way round.
function turn:label(window)
  return windows.describe(window, self.zone, self.lang)
end

-- labels names windows one after the other; a day that was just named is not named again.
function turn:labels(some)
  local last
  return list.map(some, function(w)
    local label = self:label(w)
    local day, hours = string.match(label, "^(.-), (.*)$")
    if day and day == last then
      label = hours
    end
    last = day
    if w.surcharge_cents then
      label = label .. " (+" .. money.format(w.surcharge_cents) .. ")"
    end
    return label
  end)
end

-- choices names two or three windows and asks which.
function turn:choices(some)
  local labels = self:labels(some)
  return self:text(#some == 2 and "two" or "three", { a = labels[1], b = labels[2], c = labels[3] })
end

-- open asks once for what is open; nil when the calendar cannot be seen.
function turn:open()
  if self.windows == nil then
    local list, code = ask("windows", { service = self:service(), days = 14 })
    self.windows = list or false
    self.trouble = code
  end
  return self.windows or nil
end

local corrected = { "actually", "not the", "not my", "instead", "wrong", "meant", "really", "en realidad", "no es", "en vez" }
local more_work = { "also", "too", "as well", "while", "tambien", "también", "de paso", "another thing", "one more" }

-- service gives what the visit is for. What is told in the text counts when it corrects what was known, or is about something else.
function turn:service()
  local known = self.memory.service or self.ctx.session.service
  local named = talk.service(self.said, self.ctx.services or {})
  if named and named ~= known and not self:has(more_work) then
    local same = false
    for word in string.gmatch(text.lower(known or ""), "%a+") do
      same = same or #word > 1 and word ~= "repair" and string.find(" " .. text.lower(self.said) .. " ", "%A" .. word .. "%A") ~= nil
    end
    if not same or self:has(corrected) then
      self.memory.service = named
    end
  end
  return self.memory.service or self.ctx.session.service
end

function turn:find(id)
  return list.find(self:open() or {}, function(w) return w.id == id end)
end

-- place gives what is known of where the visit is: from the page, then from what was texted.
function turn:place()
  local known = self.ctx.customer.address or {}
  local told = talk.address(self.said)
  self.memory.line1 = told.line1 or self.memory.line1 or known.line1
  self.memory.zip = told.postal_code or self.memory.zip or known.postal_code
  return self.memory.line1, self.memory.zip
end

function turn:served(zip)
  local areas = self.ctx.areas or {}
  return #areas == 0 or zip == nil or list.contains(areas, string.sub(zip, 1, 5))
end

-- same_day tells whether an open window is on the day of another.
function turn:same_day(id, other)
  local w = self:find(id)
  return w ~= nil and dates.format(w.start, self.zone, "day", self.lang) == dates.format(other.start, self.zone, "day", self.lang)
end

-- full_days says of days that were asked for that nothing is open on them.
function turn:full_days(days)
  local today = dates.format(self.ctx.now, self.zone, "day", self.lang)
  local parts = {}
  for _, day in ipairs(days and #days <= 2 and days or {}) do
    local noon = day .. "T12:00:00Z"
    local name = dates.format(noon, nil, "day", self.lang)
    if name == today then
      table.insert(parts, self:text("full_today"))
    else
      table.insert(parts, self:text("full", { weekday = dates.weekday(noon, nil, self.lang), day = name }))
    end
  end
  return table.concat(parts, " ")
end

-- offer names up to three windows and asks for a choice. Days that were asked for and are full come first.
function turn:offer(ids, full, lead)
  local some = {}
  for _, id in ipairs(ids) do
    local w = self:find(id)
    if w and #some < 3 then
      table.insert(some, w)
    end
  end
  local before = text.trim((lead or "") .. " " .. self:full_days(full))
  if #some == 0 then
    return self:person("no open window", before, self:text("none_open"))
  end
  self.memory.pending = nil
  if #some == 1 then
    return self:confirm(some[1], before)
  end
  return self:answer(before, self:choices(some))
end

-- confirm asks for a yes to one window, with its surcharge and the place.
function turn:confirm(window, lead)
  local line1, zip = self:place()
  self.memory.pending = window.id
  if not self:served(zip) then
    return self:person("the address may be outside of the service area", self:text("area", { zip = zip }))
  end
  if not line1 then
    return self:answer(lead or "", self:text("address", { label = self:label(window) }))
  end
  if not zip then
    return self:answer(lead or "", self:text("zip", { line1 = line1, label = self:label(window) }))
  end
  if window.surcharge_cents then
    self.memory.surcharge = window.id
    return self:answer(lead or "", self:text("surcharge", { label = self:label(window), price = money.format(window.surcharge_cents) }))
  end
  local told = talk.address(self.said)
  if told.line1 or told.postal_code then
    return self:answer(lead or "", self:text("confirm_place", { line1 = line1, zip = zip, label = self:label(window) }))
  end
  return self:answer(lead or "", self:text("one", { a = self:label(window) }))
end

-- note gives what the technician should know: what was said beside the yes.
function turn:note()
  local _, count = string.gsub(self.said, "%S+", "")
  if count > 3 then
    return self.said
  end
end

-- book takes the window, or moves the visit there when the customer has one.
function turn:book(window)
  local has = self.ctx.booking and self.ctx.booking.window
  if has and has.id == window.id then
    return self:answer(self:text("yours", { label = self:label(window) }))
  end
  local line1, zip = self:place()
  if not line1 or not zip or not self:served(zip) then
    return self:confirm(window)
  end
  local offered = list.find(self.ctx.offered or {}, function(w) return w.id == window.id end)
  if window.surcharge_cents and self.memory.surcharge ~= window.id and not (offered and self.is.yes) and not self:told_surcharge() then
    return self:confirm(window)
  end
  local result, code
  if self.ctx.booking then
    result, code = ask("reschedule", { booking = self.ctx.booking.id, window = window.id })
  else
    result, code = ask("book", { window = window.id, service = self:service(), note = self:note(), address = { line1 = line1, postal_code = zip } })
  end
  if result then
    self.memory.pending = nil
    if self.ctx.booking then
      return self:answer(self:text("moved", { label = self:label(window) }))
    end
    return self:answer(self:text("booked", { label = self:label(window), service = "" }))
  end
  if code == "surcharge_not_said" then
    return self:confirm(window)
  end
  if code == "window_full" or code == "window_closed" or code == "window_unknown" then
    self.windows = nil
    local left = {}
    for _, w in ipairs(self:open() or {}) do
      if w.id ~= window.id then
        table.insert(left, w.id)
      end
    end
    return self:offer(left, nil, self:text("gone"))
  end
  return self:person("the booking failed: " .. tostring(code), self:text("person_number"))
end

-- told_surcharge tells whether our last text named an amount.
function turn:told_surcharge()
  local turns = self.ctx.thread.turns or {}
  for i = #turns, 1, -1 do
    if turns[i].from == "agent" then
      return string.find(turns[i].text, "$", 1, true) ~= nil
    end
  end
  return false
end

-- facts gives the approved facts that hold one of the words, as they stand, at most n of them.
function turn:facts(n, ...)
  local found = {}
  for _, fact in ipairs(self.ctx.facts or {}) do
    local low = text.lower(fact.text)
    for _, word in ipairs({ ... }) do
      if string.find(low, word, 1, true) and #found < n then
        table.insert(found, fact.text)
        break
      end
    end
  end
  return table.concat(found, " ")
end

-- still_offered gives the offered windows that are open, when there are at most three.
function turn:still_offered()
  local ids = {}
  for _, w in ipairs(self.ctx.offered or {}) do
    if self:find(w.id) then
      table.insert(ids, w.id)
    end
  end
  return #ids <= 3 and ids or {}
end

-- any_open gives the windows to name when nothing else was said: those that were offered, else those that the office's note asks
-- for, else the first.
function turn:any_open()
  local open = self:open() or {}
  local again = self:still_offered()
  if #again > 0 and not self.is.no then
    return again
  end
  local note = self.ctx.thread.note
  if note then
    local wished = talk.choose(note, self.ctx.now, self.zone, open)
    if #wished.windows > 0 then
      return wished.windows
    end
  end
  return list.map(open, function(w) return w.id end)
end

-- others gives the open windows but those that were offered, those of other days first.
function turn:others()
  local offered = self.ctx.offered or {}
  local rest = list.filter(self:open() or {}, function(w)
    return not list.find(offered, function(o) return o.id == w.id end)
  end)
  local far = list.filter(rest, function(w)
    return not list.find(offered, function(o) return self:same_day(w.id, o) end)
  end)
  local note = self.ctx.thread.note and self:any_open() or {}
  if #note > 0 then
    return note
  end
  return list.map(self:has({ "day", "dia", "día" }) and #far > 0 and far or rest, function(w) return w.id end)
end

-- two gives the first two of a list.
local function two(ids)
  return list.first(ids, 2)
end

-- fee tells what a visit costs when a fact names exactly one amount for it, and that repairs are quoted on site when a fact says so.
function turn:fee()
  local fee, quote
  for _, fact in ipairs(self.ctx.facts or {}) do
    local low = text.lower(fact.text)
    local amount = string.match(fact.text, "%$%d[%d%.,]*%d")
    if amount and string.find(low, "visit", 1, true) and string.find(low, "fee", 1, true) then
      fee = self:text(string.find(low, "credited", 1, true) and "fee_credited" or "fee", { amount = amount })
    end
    if string.find(low, "quotes on site", 1, true) then
      quote = self:text("quote")
    end
  end
  return fee and text.trim(fee .. " " .. (quote or ""))
end

-- unknown_terms are asked for with prices, and no fact tells them.
local unknown_terms = { "match", "beat", "discount", "coupon", "senior", "military", "veteran", "special", "promo", "deal", "waive", "financ", "payment plan", "descuento", "promoc" }

-- price tells what approved facts say, once; pressed again, it goes to the office.
function turn:price(lead)
  local asked = (self.memory.price or 0) + 1
  self.memory.price = asked
  local turns = self.ctx.thread.turns or {}
  for _, earlier in ipairs(turns) do
    if earlier.from == "agent" and string.find(earlier.text, "$", 1, true) and asked == 1 then
      asked = 2
      self.memory.price = 2
    end
  end
  if asked > 2 then
    return self:person("asked for a price again", self:text("person_number"))
  end
  if asked == 2 then
    return self:answer(lead or "", self:text("no_price"))
  end
  local facts = self:fee() or self:facts(2, "fee", "price", "precio")
  if facts == "" then
    return self:person("asked for a price", lead or "", self:text("check"))
  end
  local unknown = self:has(unknown_terms)
  if unknown then
    facts = self:text("check_too") .. " " .. facts
  end
  local choice = talk.choose(self.said, self.ctx.now, self.zone, self:open() or {}, self.ctx.offered)
  local wished = (#choice.days > 0 or choice.timed) and choice.windows or {}
  local some = list.map(two(#wished > 0 and wished or self:any_open()), function(id) return self:find(id) end)
  local proposal
  if #some == 0 then
    proposal = self:answer(lead or "", facts)
  elseif #some == 1 then
    proposal = self:answer(lead or "", facts, self:text(some[1].surcharge_cents and "surcharge" or "one", { a = self:label(some[1]), label = self:label(some[1]), price = some[1].surcharge_cents and money.format(some[1].surcharge_cents) }))
    self.memory.pending = some[1].id
  else
    proposal = self:answer(lead or "", facts, self:choices(some))
  end
  if unknown then
    proposal.task = "answer the customer: " .. string.sub(self.said, 1, 140)
  end
  return proposal
end

local moved_house = { "address", "moved", "new place", "direcci", "domicilio" }
local late = { "running late", "be late", "im late", "i'm late", "behind schedule", "llego tarde", "voy tarde" }
local sooner = { "sooner", "earlier", "before then", "before that", "mas temprano", "más temprano", "mas pronto", "más pronto" }

-- sooner_than gives the open windows before another.
function turn:sooner_than(other)
  local before = list.filter(self:open() or {}, function(w) return dates.minutes(w.start, other.start) > 0 end)
  return list.map(before, function(w) return w.id end)
end

-- own answers what is about the visit that the customer has.
function turn:own()
  local booking = self.ctx.booking
  local label = booking.window and self:label(booking.window) or ""
  local pending = self.memory.pending
  if pending == "cancel" then
    self.memory.pending = nil
    if self.is.yes and not self.is.no then
      local result, code = ask("cancel", { booking = booking.id })
      if result then
        return self:answer(self:text("cancelled"))
      end
      return self:person("the cancellation failed: " .. tostring(code), self:text("person_number"))
    end
    return self:answer(self:text("kept", { label = label }))
  end
  if self.is.cancel then
    self.memory.pending = "cancel"
    return self:answer(self:text("ask_cancel", { label = label }))
  end
  local window = pending and self:find(pending)
  if window and self.is.yes and not self.is.no then
    return self:book(window)
  end
  local told = talk.address(self.said)
  if told.line1 and self:has(moved_house) then
    return self:done({ say = self:text("new_address"), task = "another address for the visit: " .. string.sub(self.said, 1, 140) })
  end
  if self:has(late) then
    return self:person("the customer will be late: " .. string.sub(self.said, 1, 80), self:text("late"))
  end
  local choice = talk.choose(self.said, self.ctx.now, self.zone, self:open() or {}, self.ctx.offered)
  if choice.sure and not self.is.no and list.find(self.ctx.offered or {}, function(w) return w.id == choice.windows[1] end) and not (booking.window and choice.windows[1] == booking.window.id) then
    return self:book(self:find(choice.windows[1]))
  end
  local also = talk.service(self.said, self.ctx.services or {})
  if also and also ~= booking.service and self:has(more_work) and not self.is.reschedule then
    return self:done({ say = self:text("more_work"), task = "more for the technician: " .. string.sub(self.said, 1, 140) })
  end
  local other = #choice.windows > 0 and not list.contains(choice.windows, booking.window and booking.window.id)
  if not other and (self.is.booked or self.is.when or self:has({ "what time", "what day", "when are", "when is", "confirmed", "still on", "a que hora", "a qué hora" })) then
    if label == "" then
      return self:person("asks about a visit whose window is not known", self:text("person_number"))
    end
    return self:answer(self:text("yours", { label = label }))
  end
  if self.is.thanks and not self.is.reschedule and #choice.days == 0 then
    return self:answer(self:text("welcome"))
  end
  if #choice.windows == 1 and booking.window and choice.windows[1] == booking.window.id then
    return self:answer(self:text("yours", { label = label }))
  end
  if self:has(sooner) and #choice.days == 0 and booking.window then
    local before = self:sooner_than(booking.window)
    if #before == 0 then
      return self:answer(self:text("no_sooner"))
    end
    return self:offer(two(before))
  end
  if self.is.reschedule or #choice.windows > 0 or #choice.days > 0 then
    local ids = #choice.windows > 0 and choice.windows or choice.near
    if #ids == 0 then
      ids = self:any_open()
    end
    local today = #choice.days == 0 and booking.window and list.filter(ids, function(id) return self:same_day(id, booking.window) end) or {}
    if #today > 0 then -- "make it 1 instead" means the same day
      ids = today
    end
    local before = self:full_days(choice.full)
    if #choice.windows == 0 and choice.timed and before == "" then
      before = self:text("no_fit")
    end
    if #ids == 1 then
      local only = self:find(ids[1])
      self.memory.pending = only.id
      if only.surcharge_cents then
        self.memory.surcharge = only.id
        return self:answer(before, self:text("surcharge_move", { label = self:label(only), price = money.format(only.surcharge_cents) }))
      end
      return self:answer(before, self:text("ask_move", { label = self:label(only) }))
    end
    return self:offer(two(ids), nil, before)
  end
end

-- asks are words with which a question begins when nobody writes a question mark.
local asks = {}
for word in string.gmatch("what whats how do does can could is are where wheres who whos why which when will would should que como donde quien por cuanto puede pueden hacen tienen", "%a+") do
  asks[word] = true
end

-- vague words stand in many facts, and in many questions that these do not answer.
local vague = { customer = true, customers = true, technician = true, address = true, please = true, repair = true, number = true, before = true, credited = true }

-- question answers what is asked and is not about windows: from approved facts, else the office is asked.
function turn:question()
  local first = string.match(text.lower(self.said), "^%W*(%a+)")
  if not first or not string.find(self.said, "?", 1, true) and not asks[first] then
    return nil
  end
  if string.find(self.said, "%f[%d]%d%d?%f[%D]") and #self:still_offered() > 0 then
    return self:offer(self:still_offered(), nil, self:text("sorry_what"))
  end
  local known = {}
  for number in string.gmatch(self.said, "%d%d+") do
    table.insert(known, "$" .. number)
  end
  for word in string.gmatch(text.lower(self.said), "%a+") do
    if #word > 5 and not vague[word] then
      table.insert(known, word)
    end
  end
  local facts = #known > 0 and self:facts(2, unpack(known)) or ""
  if facts ~= "" then
    return self:answer(facts)
  end
  return self:done({ say = self:text("check"), hand_off = "a question that the facts do not answer" })
end

-- has tells whether the text holds one of the phrases.
function turn:has(phrases)
  local low = text.lower(self.said)
  for _, phrase in ipairs(phrases) do
    if string.find(low, phrase, 1, true) then
      return true
    end
  end
end

local angry = { "you suck", "guys suck", "broke my", "damaged my", "ripped me", "rip off", "terrible", "awful", "worst", "no show", "never showed", "pesimo", "pésimo" }
local doubts = { "scam", "legit", "fraud", "phishing", "estafa", "fraude" }
local not_me = { "wrong person", "not my name", "i'm not ", "im not ", "no soy " }
local not_a_name = { "im not sure", "i'm not sure", "im not available", "i'm not available", "im not home", "i'm not home", "im not free", "i'm not free", "im not int", "i'm not int", "im not in ", "no soy dueñ" }

-- trouble_first answers what never leads to a visit.
function turn:trouble_first()
  local is = self.is
  if self:has(angry) then
    return self:person("a complaint", self:text("sorry"))
  elseif self:has(doubts) then
    return self:answer(self:text("automated"), self:text("about", { service = self.ctx.session.service or self:text("a_visit") }), self:text("ask_us"))
  elseif self:has(not_me) and not self:has(not_a_name) and not is.yes then
    return self:person("maybe the wrong person", self:text("wrong_person"))
  end
  if is.machine then
    return self:done({})
  elseif is.legal or is.complaint then
    return self:person("a complaint", self:text("sorry"))
  elseif is.abuse then
    return self:person("abuse", self:text("boundary"))
  elseif is.refusal then
    return self:done({ hand_off = "an unclear refusal" })
  elseif is.seller then
    return self:done({ say = self:text("seller"), close = true })
  elseif is.minor then
    return self:person("a child may be writing", self:text("minor"))
  elseif (is.human or is.call_me) and not is.bot then
    return self:person("the customer wants a person", self:text("person_number"))
  elseif is.commercial then
    return self:person("not a residential visit", self:text("commercial"))
  end
end

function turn:lead()
  local is = self.is
  local parts = {}
  local danger = talk.past_danger(self.said)
  if danger then
    local again = (words[self.lang] or words.en).again[danger]
    table.insert(parts, again or self:text("danger"))
    table.insert(parts, self:text("noted"))
  end
  if self.ctx.event.media > 0 then
    table.insert(parts, self:text("media_noted"))
  end
  if is.card then
    table.insert(parts, self:text("card"))
  end
  if is.override then
    table.insert(parts, self:text("automated"))
    table.insert(parts, self:text("override"))
  elseif is.bot then
    table.insert(parts, self:text("automated"))
    table.insert(parts, self:text("say_person"))
  elseif is.who then
    table.insert(parts, self:text("automated"))
    table.insert(parts, self:text("about", { service = self.ctx.session.service or self:text("a_visit") }))
  end
  if is.spanish then
    table.insert(parts, self:text("spanish"))
  end
  if is.zone then
    table.insert(parts, self:text("zone"))
  end
  local known = self.memory.service or self.ctx.session.service
  if self:service() ~= known then
    table.insert(parts, self:text("noted_service", { service = self:service() }))
  end
  return table.concat(parts, " ")
end

local approved = { "said its fine", "said it's fine", "said ok", "said yes", "said to book", "approved", "permission", "agreed", "ok with it", "said its ok", "said it's ok", "dio permiso", "dijo que si", "dijo que sí" }

-- asks_of_price answers a question that names an amount of an approved fact: "so it's 89?", "49 extra??".
function turn:asks_of_price()
  if not string.find(self.said, "?", 1, true) and not asks[string.match(text.lower(self.said), "^%W*(%a+)") or ""] then
    return nil
  end
  for number in string.gmatch(self.said, "%f[%d]%d%d+%f[%D]") do
    local fact = self:facts(1, "$" .. number)
    if fact ~= "" then
      return string.find(text.lower(fact), "fee", 1, true) and self:fee() or fact
    end
  end
end

function turn:visit()
  local is, lead = self.is, self:lead()
  local open = self:open()
  if not open then
    return self:person("the calendar cannot be seen: " .. tostring(self.trouble), self:text("no_calendar", { link = self.ctx.link }))
  end
  if is.override then
    return self:offer(two(self:any_open()), nil, lead)
  end
  local told = talk.address(self.said)
  if told.postal_code and not self:served(told.postal_code) then
    self:place()
    return self:person("the address may be outside of the service area", self:text("area", { zip = told.postal_code }))
  end
  if is.license and not is.card then
    local facts = self:facts(1, "licensed", "insured", "licencia")
    local rest = string.gsub(text.lower(self.said), "licensed and insured", "licensed")
    if is.price and facts ~= "" then
      return self:price(text.trim(lead .. " " .. facts))
    end
    if facts == "" or string.find(rest, " and ", 1, true) or select(2, string.gsub(self.said, "?", "")) > 1 then
      return self:person("a question that the facts do not answer", lead, facts, self:text("check"))
    end
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. facts))
  end
  if is.link and not is.yes then
    return self:answer(lead, self:text("link"))
  end
  local said_price = self:asks_of_price()
  if said_price and (not is.price or self:has({ "extra", "surcharge", "recargo" })) then
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. said_price))
  end
  if is.price then
    return self:price(lead)
  end
  if is.tenant and not self:has(approved) then
    return self:answer(lead, self:text("tenant"))
  end
  if is.waitlist then
    local result = ask("waitlist", { service = self:service(), note = self.said })
    if result then
      return self:answer(lead, self:text("waitlist"))
    end
  end

  local choice = talk.choose(self.said, self.ctx.now, self.zone, open, self.ctx.offered)
  local pending = self.memory.pending and self:find(self.memory.pending)
  if #choice.past > 0 then
    return self:offer(two(choice.near), nil, self:text("past"))
  end
  if choice.sure then
    local window = self:find(choice.windows[1])
    local offered = list.find(self.ctx.offered or {}, function(w) return w.id == window.id end)
    if offered and (is.yes or not is.no) then
      return self:book(window)
    end
    return self:confirm(window, lead)
  end
  if pending and (is.yes or talk.address(self.said).line1 or talk.address(self.said).postal_code) and #choice.windows == 0 then
    local line1, zip = self:place()
    if is.yes or (line1 and zip) then
      return is.yes and self:book(pending) or self:confirm(pending, lead)
    end
    return self:confirm(pending, lead)
  end
  if #choice.windows > 0 and (#choice.days > 0 or choice.timed or is.earliest) then
    if is.earliest and #choice.windows == 1 and #choice.days == 0 and not choice.timed then
      return self:offer(two(self:any_open()), nil, lead)
    end
    if #choice.windows == 1 then
      local window = self:find(choice.windows[1])
      if #choice.full > 0 then
        return self:offer(choice.windows, choice.full, lead)
      end
      return self:confirm(window, lead)
    end
    return self:offer(choice.windows, choice.full, lead)
  end
  if #choice.days > 0 or choice.timed then
    local head = lead
    if #choice.full == 0 then
      head = text.trim(lead .. " " .. self:text("no_fit"))
    end
    return self:offer(two(choice.near), choice.full, head)
  end
  if is.zone then
    local again = self:still_offered()
    return self:offer(#again > 0 and again or two(self:any_open()), nil, lead)
  end
  if (is.no or is.options and self:has({ "other", "else", "otro", "otra" })) and #(self.ctx.offered or {}) > 0 then
    return self:offer(two(self:others()), nil, is.no and self:text("other") or lead)
  end
  if self:has({ "my tenant", "my renter", "mi inquilino" }) then
    return self:person("the owner writes; somebody else lives there", self:text("person_number"))
  end
  if is.booked then
    return self:offer(two(self:any_open()), nil, self:text("nothing_booked"))
  end
  if told.line1 or told.postal_code then
    self:place()
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. self:text("address_noted")))
  end
  if self:has({ "come out", "come today", "come now", "appointment", "cita", "venir", "pueden ir" }) then
    return self:offer(two(self:any_open()), nil, lead)
  end
  if is.yes or is.earliest or is.options or is.when or is.greeting or is.any or is.card or is.bot or is.who or is.spanish or lead ~= "" or self.memory.service then
    return self:offer(two(self:any_open()), nil, lead)
  end
end

-- closers are ways to say that the visit is not needed any more.
local closers = { "ya lo arregl", "ya esta arreglad", "ya está arreglad", "already fixed", "got it fixed" }

-- beside answers what is told about the visit that is booked, and what ends the talk in other words.
function turn:beside()
  local low = text.lower(self.said)
  for _, closer in ipairs(closers) do
    if string.find(low, closer, 1, true) then
      return self:done({ say = self:text("done"), close = true })
    end
  end
  if not self.ctx.booking or string.find(self.said, "?", 1, true) or asks[string.match(low, "^%W*(%a+)") or ""] then
    return nil
  end
  for _, word in ipairs({ "gate", "code", "dog", "park", "door", "key", "porton", "perro", "codigo", "código", "puerta" }) do
    if string.find(low, word, 1, true) then
      return self:done({ say = self:text("noted"), task = "for the technician: " .. string.sub(self.said, 1, 140) })
    end
  end
end

local function reply_to(ctx)
  local t = new_turn(ctx)
  if t.said == "" then
    return t:answer(t:text("media"))
  end
  local first = t:trouble_first()
  if first then
    return first
  end
  if ctx.booking then
    local own = t:own()
    if own then
      return own
    end
  end
  local told = t:beside()
  if told then
    return told
  end
  local more = talk.past_danger(t.said) or t:has({ " now ", " but ", "still ", " ahora ", " pero " }) and talk.service(t.said, ctx.services or {})
  local offered = ctx.offered or {}
  local chosen = #offered > 0 and talk.choose(t.said, ctx.now, t.zone, t:open() or {}, offered).sure
  local undecided = not (more or chosen or t.is.yes or t.is.options or t.is.earliest or t.is.reschedule or t.is.price)
  if t.is.done and undecided then
    return t:done({ say = t:text("done"), close = true })
  elseif t.is.later and undecided then
    return t:done({ say = t:text("later"), close = true })
  elseif t.is.thanks and undecided and not t.is.license then
    return t:answer(t:text("welcome"))
  end
  if t.is.reaction then -- a smile asks for nothing, but an open offer may be said again
    local again = t:still_offered()
    return (#again == 0 or string.find(t.said, "%w")) and t:done({}) or t:offer(again)
  end
  local answer = t:visit() or t:question()
  if answer then
    return answer
  end
  if t.is.no then
    return t:done({ say = t:text("later"), close = true })
  end
  local unclear = (t.memory.unclear or 0) + 1
  t.memory.unclear = unclear
  if unclear > 1 then
    return t:person("not understood twice", t:text("person_number"))
  end
  if #t:still_offered() > 0 then
    local hesitant = t:has({ "maybe", "not sure", "idk", "perhaps", "possibly", "tal vez", "quiza", "quizá", "no se" })
    return t:offer(t:still_offered(), nil, t:text(hesitant and "no_rush" or "sorry_what"))
  end
  return t:answer(t:text("unclear"))
end

function reply(ctx)
  if ctx.event.kind == "start" then
    return start(ctx)
  elseif ctx.event.kind == "text" then
    return reply_to(ctx)
  end
  return {}
end
