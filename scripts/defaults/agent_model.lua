-- agent_model: answers as agent does, and asks a language model where agent is not sure.
--
-- agent goes first. Opt-outs and emergencies never come here; yes and no, days and times, prices, moving and cancelling it understands by
-- itself, and then no model is asked. For the rest the model may look at windows, pick one that was offered, or answer from approved facts.
-- It proposes only: what it picks is asked for here, a window that was not offered waits for the customer's yes, and that something is
-- booked is said in our own words after the result. Its text passes the firewall like every other; when the model is off, slow, down or
-- wrong, or the firewall holds its text back, agent's own answer goes out. So it is used wherever agent is, when a model is configured.

local words = require "agent_words"
require "agent"
local agent = reply

local max_rounds = 3  -- asks of the model in one turn
local max_asks = 2    -- other asks for the model in one turn: 8 are all, with those of agent
local max_say = 320   -- bytes of a text
local max_turns = 6   -- earlier texts that the model sees
local max_facts = 3000 -- bytes of approved facts that it is told: a turn with all its asks has 60 KB
local max_windows = 8 -- of a list

local tools = { "windows", "book", "reschedule", "cancel", "waitlist", "hand_off" }

-- A session is one use of the model.
local session = {}
session.__index = session

-- copy gives a table with the same entries.
local function copy(of)
  local all = {}
  for key, value in pairs(of or {}) do
    all[key] = value
  end
  return all
end

-- new_session begins one. memory is what was kept before this turn: agent's own answer may not go out, so what it asked the customer is
-- not kept, only what it learned from them.
local function new_session(ctx, own, memory)
  local learned = own.memory or {}
  for _, key in ipairs({ "lang", "service", "line1", "zip" }) do
    memory[key] = learned[key]
  end
  memory.pending, memory.unclear = nil, nil
  local s = { ctx = ctx, own = own, said = ctx.event.text, memory = memory, lang = memory.lang or "en", known = {}, asks = 0 }
  return setmetatable(s, session)
end

function session:text(name, values)
  values = values or {}
  values.office = self.ctx.business.office_phone and phone.format(self.ctx.business.office_phone) or ""
  values.business = self.ctx.business.name
  return words.say(self.lang, name, values)
end

function session:label(window)
  return windows.describe(window, self.ctx.business.timezone, self.lang)
end

-- name gives the short name under which the model knows a window: an ID may look like anything, and is nobody's business.
function session:name(window)
  for name, known in ipairs(self.known) do
    if known.id == window.id then
      return "w" .. name
    end
  end
  table.insert(self.known, window)
  return "w" .. #self.known
end

function session:named(name)
  return type(name) == "string" and self.known[tonumber(string.match(name, "^w(%d+)$") or 0)] or nil
end

-- list names windows, one a line.
function session:list(some)
  local lines = {}
  for _, w in ipairs(list.first(some, max_windows)) do
    table.insert(lines, self:name(w) .. " = " .. self:label(w) .. (w.surcharge_cents and ", extra " .. money.format(w.surcharge_cents) or ""))
  end
  return #lines > 0 and table.concat(lines, "; ") or "none"
end

-- first_bytes gives the first lines, as many as have room.
local function first_bytes(lines, room)
  local some = {}
  for _, line in ipairs(lines) do
    room = room - #line
    if room < 0 then
      break
    end
    table.insert(some, line)
  end
  return some
end

-- notes is all that the model is told: what the business offers and has approved, and what was offered in this thread. Nothing of
-- other customers, and of this one only what the answer needs.
function session:notes()
  local ctx = self.ctx
  local zone = ctx.business.timezone
  local offered = list.filter(ctx.offered or {}, function(w) return w.open and w.id ~= "" end)
  local services = first_bytes(list.map(ctx.services or {}, function(s) return s.name .. (s.price_note and " (" .. s.price_note .. ")" or "") end), 800)
  local facts = first_bytes(list.map(ctx.facts or {}, function(f) return f.text end), max_facts)
  local lines = {
    "You are the automated assistant of " .. (ctx.business.name or "the business") .. ". Write the next text to the customer in " ..
      (self.lang == "es" and "Spanish" or "English") .. ": at most 300 characters, plain and friendly, at most one question, no links, no emoji.",
    "Now: " .. dates.format(ctx.now, zone, "date_time") .. ". The visit is about: " .. (ctx.session.service or "not known") .. ".",
    "Services: " .. (#services > 0 and list.join(services, "; ") or "none listed") .. ".",
    "Approved facts: " .. (#facts > 0 and list.join(facts, " ") or "none") .. " What these do not answer: call hand_off.",
    "Windows offered to the customer: " .. self:list(offered) .. ".",
    "Open windows: " .. self:list(ctx.windows or {}) .. ". More: call windows. Name a window in exactly these words, with what it costs extra.",
    "The customer's visit: " .. (ctx.booking and ctx.booking.window and self:label(ctx.booking.window) or "none booked") .. ".",
    "Call book or reschedule only when the customer clearly chose an offered window; else offer one or two and ask.",
  }
  if ctx.thread.note then
    table.insert(lines, "A colleague's note, which you must use: " .. text.truncate(ctx.thread.note, 300))
  end
  return table.concat(lines, "\n")
end

-- messages is the conversation as the model gets it. It begins with the customer, as many models want, and texts of one side in a row are one.
function session:messages()
  local all = { { role = "system", content = self:notes() } }
  local function add(role, content)
    local last = all[#all]
    if #all == 1 and role == "assistant" or content == "" then
      return
    elseif last.role == role then
      last.content = last.content .. "\n" .. content
    else
      table.insert(all, { role = role, content = content })
    end
  end
  local turns = self.ctx.thread.turns or {}
  for i = math.max(1, #turns - max_turns + 1), #turns do
    if turns[i].from == "customer" then
      add("user", text.truncate(turns[i].text, 300))
    elseif turns[i].from ~= "system" then
      add("assistant", text.truncate(turns[i].text, 300))
    end
  end
  add("user", text.truncate(self.said, 600))
  return all
end

-- done makes a proposal of our own words.
function session:done(proposal)
  proposal.memory = self.memory
  proposal.say = text.trim((string.gsub(proposal.say, "%s+", " ")))
  return proposal
end

-- ask_for asks for something that the model wants, as often as a turn allows.
function session:ask_for(name, args)
  if self.asks >= max_asks then
    return nil, "too many calls in one turn: answer now"
  end
  self.asks = self.asks + 1
  return ask(name, args)
end

-- chosen tells whether the customer may have meant this window: our latest text offered it, and they neither ask nor say no.
function session:chosen(window)
  local turns = self.ctx.thread.turns or {}
  for i = #turns, 1, -1 do
    if turns[i].from == "agent" then
      local offered = list.contains(turns[i].offered or {}, window.id)
      return offered and not string.find(self.said, "?", 1, true) and not talk.intents(self.said).no
    end
  end
end

-- take books a window, or moves the visit there. It gives a proposal, or what the model is told.
function session:take(window)
  local moves = self.ctx.booking
  if not self:chosen(window) then
    self.memory.pending = window.id
    return nil, { error = "the customer has not chosen it yet: offer it in your text and ask", window = self:list({ window }) }
  end
  local result, code
  if moves then
    result, code = self:ask_for("reschedule", { window = window.id })
  else
    local known = self.ctx.customer.address or {}
    local _, count = string.gsub(self.said, "%S+", "")
    result, code = self:ask_for("book", { window = window.id, service = self.memory.service or self.ctx.session.service,
      note = count > 3 and text.truncate(self.said, 140) or nil,
      address = { line1 = self.memory.line1 or known.line1, postal_code = self.memory.zip or known.postal_code } })
  end
  if result then
    self.memory.pending = nil
    return self:done({ say = self:text(moves and "moved" or "booked", { label = self:label(window) }) })
  elseif code == "surcharge_not_said" then
    self.memory.pending, self.memory.surcharge = window.id, window.id
    return self:done({ say = self:text(moves and "surcharge_move" or "surcharge", { label = self:label(window), price = money.format(window.surcharge_cents or 0) }) })
  elseif code == "address_missing" then
    self.memory.pending = window.id
    return self:done({ say = self:text("address", { label = self:label(window) }) })
  end
  return nil, { error = code }
end

local calls = {}

function calls.windows(s, args)
  local from = type(args.from) == "string" and string.match(args.from, "^%d%d%d%d%-%d%d%-%d%d$") or nil
  local days = type(args.days) == "number" and args.days >= 1 and args.days <= 62 and math.floor(args.days) or nil
  local found, code = s:ask_for("windows", { service = s.ctx.session.service, from = from, days = days })
  return nil, found and { open = s:list(found) } or { error = code }
end

function calls.book(s, args)
  local window = s:named(args.window)
  if not window then
    return nil, { error = "there is no such window: call windows" }
  end
  return s:take(window)
end

calls.reschedule = calls.book

function calls.cancel(s)
  local has = s.ctx.booking
  if not has then
    return nil, { error = "the customer has no visit" }
  end
  s.memory.pending = "cancel"
  return s:done({ say = s:text("ask_cancel", { label = has.window and s:label(has.window) or "" }) })
end

function calls.waitlist(s)
  local result, code = s:ask_for("waitlist", { service = s.ctx.session.service, note = text.truncate(s.said, 140) })
  if result then
    return s:done({ say = s:text("waitlist") })
  end
  return nil, { error = code }
end

function calls.hand_off(s, args)
  if s.own.hand_off then
    return s.own
  end
  local reason = type(args.reason) == "string" and args.reason or "not said why"
  return s:done({ say = s:text("person_number"), hand_off = "the model hands over: " .. text.truncate(string.gsub(reason, "%c", " "), 80) })
end

-- readable gives the model's text when it may be one for a customer: words in the customer's language, and not too many.
local function readable(said, lang)
  said = text.trim((string.gsub(string.gsub(said or "", "%c", " "), " +", " ")))
  local odd = said == "" or #said > max_say or string.find(said, "^[{%[<`]") or string.find(said, "customer_text", 1, true)
  local spoken = talk.language(said)
  odd = odd or spoken and spoken ~= lang
  return not odd and said or nil
end

-- answer lets the model answer; nil when it does not.
function session:answer()
  local messages = self:messages()
  for _ = 1, max_rounds do
    local answer = ask("model", { messages = messages, tools = tools })
    if not answer then
      return nil
    end
    if not answer.calls then
      local said = readable(answer.say, self.lang)
      return said and { say = said, memory = self.memory, instead = self.own }
    end
    table.insert(messages, { role = "assistant", content = answer.say, calls = answer.calls })
    for _, call in ipairs(answer.calls) do
      local known = calls[call.name]
      local proposal, result = nil, { error = "there is no such tool" }
      if known then
        proposal, result = known(self, call.args)
      end
      if proposal then
        return proposal
      end
      table.insert(messages, { role = "tool", call = call.id, content = result })
    end
  end
end

function reply(ctx)
  local memory = copy(ctx.memory)
  local own, unsure = agent(ctx)
  if not unsure or ctx.event.kind ~= "text" or not ctx.event.text then
    return own
  end
  return new_session(ctx, own, memory):answer() or own
end
