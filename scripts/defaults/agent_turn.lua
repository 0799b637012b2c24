-- agent_turn: one answer on its way: what is known, how windows are named, offered and booked. A module of agent.

local words = require "agent_words"

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
  t.before = memory.service or ctx.session.service -- the service, before this text
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

-- ask_office leaves a question that no approved fact answers to the office, and goes on: the customer can still pick a time. With the
-- second such question a person takes the thread.
function turn:ask_office(...)
  local asked = (self.memory.asked or 0) + 1
  self.memory.asked = asked
  if asked > 1 then
    return self:person("questions that the facts do not answer", ...)
  end
  self.memory.waits = true
  return self:done({ say = table.concat({ ... }, " "), task = "answer the customer: " .. string.sub(self.said, 1, 140) })
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

-- ahead and farthest are how many days the calendar is looked at, unless a later day is named, and then at most.
local ahead, farthest = 14, 62

-- open asks once for what is open; nil when the calendar cannot be seen.
function turn:open(days)
  if self.windows == nil then
    local list, code = ask("windows", { service = self:service(), days = days or ahead })
    self.windows = list or false
    self.trouble = code
  end
  return self.windows or nil
end

-- choose reads what a text says of windows. Where it names a later day than was looked at, it looks that far.
function turn:choose(said)
  local offered = self.ctx.offered
  local open = self:open()
  if self.choice and self.choice.said == said and self.choice.open == open then
    return self.choice.made
  end
  local choice = talk.choose(said, self.ctx.now, self.zone, self:open() or {}, offered)
  local last = choice.days[#choice.days]
  local days = last and math.ceil(dates.minutes(self.ctx.now, last .. "T23:59:00Z") / (24 * 60)) or 0
  self.too_far = days > farthest
  if self:open() and days > ahead and not self.too_far and not self.looked then
    self.windows, self.looked = nil, true
    self:open(days)
    choice = talk.choose(said, self.ctx.now, self.zone, self:open() or {}, offered)
  end
  self.choice = { said = said, open = self:open(), made = choice }
  return choice
end

local corrected = { "actually", "not the", "not my", "instead", "wrong", "meant", "really", "en realidad", "no es", "en vez" }

-- more_work are words with which something is asked for beside the visit.
turn.more_work = { "also", "add ", "too", "as well", "while", "tambien", "también", "de paso", "another thing", "one more" }

-- service gives what the visit is for. What is told in the text counts when it corrects what was known, or is about something else.
function turn:service()
  local known = self.memory.service or self.ctx.session.service
  local named = talk.service(self.said, self.ctx.services or {})
  if named and named ~= known and not self:has(turn.more_work) and (not self.is.price or self:has(corrected)) then
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
  if self.too_far then
    return self:text("too_far")
  end
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

-- note gives what the technician should know: what was told before, and what was said beside the yes.
function turn:note()
  local _, count = string.gsub(self.said, "%S+", "")
  local now = count > 3 and not self.is.card and self.said or nil
  if self.memory.told and now then
    return self.memory.told .. "; " .. now
  end
  return self.memory.told or now
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
    return self:and_beside(self:answer(self:text(self.ctx.booking and "moved" or "booked", { label = self:label(window) })))
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

-- fee tells what a visit costs when a fact names exactly one amount for it, and that repairs are quoted on site when a fact says so.
function turn:fee()
  local fee, quote
  for _, fact in ipairs(self.ctx.facts or {}) do
    local low = text.lower(fact.text)
    local amount = string.match(fact.text, "%$%d[%d%.,]*%d")
    if amount and string.find(low, "visit", 1, true) and string.find(low, "fee", 1, true) then
      local _, amounts = string.gsub(fact.text, "%$%d", "")
      fee = fact.text
      if amounts == 1 and (self.lang == "es" or string.find(low, "the customer", 1, true)) then
        local kind = self:text(string.find(low, "diagnos", 1, true) and "fee_diagnosis" or "fee_visit")
        fee = self:text(string.find(low, "credited", 1, true) and "fee_credited" or "fee", { kind = kind, amount = amount })
      end
    end
    if string.find(low, "quotes on site", 1, true) then
      quote = self:text("quote")
    end
  end
  return fee and text.trim(fee .. " " .. (quote or ""))
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
  if #offered > 0 and self:has({ "that day", "same day", "ese dia", "ese día", "mismo dia", "mismo día" }) then
    local near = list.filter(rest, function(w) return self:same_day(w.id, offered[1]) end)
    return #near > 0 and list.map(near, function(w) return w.id end) or self:still_offered()
  end
  return list.map(self:has({ "day", "dia", "día" }) and #far > 0 and far or rest, function(w) return w.id end)
end

turn.new = new_turn

return turn
