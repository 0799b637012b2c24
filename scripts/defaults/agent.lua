-- agent: answers by text in ai_agent mode, and books the job.
--
-- It writes the first text after an online booking was left unfinished, and answers what the customer texts: it offers open arrival
-- windows, books one when the customer chose it, moves and cancels, tells prices from approved facts only, and goes to a person
-- whenever it does not know. STOP, HELP and emergencies never come here, and every text is checked after it: what is no result of an
-- ask and no approved fact does not go out. The words are in agent_words, what it knows of windows and bookings in agent_turn, its
-- answers to single questions in agent_answers, what approved facts answer in agent_facts. What it is not sure of it says with a
-- second result, for agent_model, which then asks a language model.

local turn = require "agent_facts"

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

local angry = { "you suck", "guys suck", "broke my", "damaged my", "ripped me", "rip off", "terrible", "awful", "worst", "no show", "never showed", "pesimo", "pésimo" }

local doubts = { "scam", "legit", "fraud", "phishing", "estafa", "fraude" }

local not_me = { "wrong person", "not my name", "i'm not ", "im not ", "no soy " }

-- strangers are ways to say that the one we write to is somebody else; %s is the name.
local strangers = { "who is %s", "whos %s", "who's %s", "who %s is", "heard of %s", "know a %s", "know any %s", "know no %s", "know %s", "no %s ", "not %s", "isnt %s", "aint %s", "ain't %s", "isn't %s", "wrong %s",
  "%s moved", "%s doesnt live", "%s doesn't live", "%s no longer", "quien es %s", "quién es %s", "conozco a %s", "ninguna %s", "ningun %s", "ningún %s" }

-- plain_words are names that are words as well: "let me know will you come" is not about Will.
local plain_words = { "will", "mark", "grace", "may", "art", "rich", "hope", "faith", "joy", "drew", "pat", "bill", "chase", "june", "april", "sunny", "clay", "cliff", "dale", "guy", "max", "penny", "rose", "wade", "ward", "buddy", "summer", "paz", "luz" }

-- another tells whether the text speaks of the one we write to as of somebody else.
function turn:another()
  local name = text.lower(self.ctx.customer.first_name or "")
  return #name > 2 and not list.contains(plain_words, name) and self:has(list.map(strangers, function(s) return string.format(s, name) end))
end

local not_a_name = { "im not sure", "i'm not sure", "im not available", "i'm not available", "im not home", "i'm not home", "im not free", "i'm not free", "im not int", "i'm not int", "im not in ", "no soy dueñ" }

-- calls ask for our number.
local calls = { "can i call", "can i just call", "could i call", "whats your number", "what's your number", "what is your number", "your phone number", "a number to call", "number i can call", "number can i call", "puedo llamar", "su numero", "su número" }

-- trouble_first answers what never leads to a visit.
function turn:trouble_first()
  local is = self.is
  if self:has(angry) then
    return self:person("a complaint", self:text("sorry"))
  elseif self:has(doubts) then
    return self:answer(self:text("automated"), self:text("about", { service = self.ctx.session.service or self:text("a_visit") }), self:text("ask_us"))
  elseif (self:has(not_me) and not self:has(not_a_name) or self:another()) and not is.yes then
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
  elseif self:has(calls) and self:asking() then
    return self:answer(self:text("call_us"))
  elseif is.commercial then
    return self:person("not a residential visit", self:text("commercial"))
  end
end

-- two gives the first two of a list.
local function two(ids)
  return list.first(ids, 2)
end

-- paying are words of ways to pay, which the facts may not tell.
local paying = { "financ", "payment plan", "pay over", "installment", "monthly pay", "make payments", "discount", "coupon", "promo", "descuento", "a plazos", "mensualidades",
  "take card", "accept card", "credit card", "apple pay", "venmo", "zelle", "cash app", "cashapp", "take cash", "tarjeta" }

-- firm tells whether the customer said so plainly that it is to be booked that a question beside it changes nothing.
local firm = { "book it", "book me", "book that", "that works", "works for me", "works great", "ill take", "i'll take", "sign me up", "lock it", "lock me", "lets do it", "let's do it", "yes please", "resérvelo", "reservelo", "agéndelo", "agendelo", "sí por favor", "si por favor" }
local unless = { " but ", "before", "first i", "first tell", "first,", "know first", "depends", " if it", "dont", "don't", "pero", "antes" }

function turn:firm()
  if not self.is.yes or self.is.no or self:has(unless) then
    return false
  end
  local first = string.match(self.said, "^%s*([^%.!%?;\n]+)") or ""
  return self:has(firm) or first ~= self.said and not self:asking(first) and self:choose(first).sure
end

-- dear are words of who does not want to pay more for a window.
local dear = { "too much", "too expensive", "too high", "too steep", "pricey", "without the", "no extra", "not paying", "dont want to pay", "don't want to pay", "muy caro", "demasiado", "sin recargo" }

-- symptoms are words with which people tell what is wrong.
local symptoms = { "noise", "loud", "leak", "drip", "water", "air", "cold", "warm", "hot", "broke", "smell", "units", "year", "model", "brand", " ton", "turn", "making", "makes", "clog", "ruido", "gotea", "agua", "frio", "frío", "caliente", "no prende", "no sirve" }

-- lasts are words of who asks how long the work takes; nobody promises an end.
local lasts = { "how long does it take", "how long does it usually", "how long will it take", "how long do you take", "how long will the", "how long does the", "how long will u", "how long will you be", "how long will they", "how long would it",
  "how long is the visit", "how long it takes", "how long it take", "how long do they take", "how long does that take", "cuanto tarda", "cuánto tarda", "cuanto se tarda", "cuánto se tarda", "cuanto dura", "cuánto dura", "cuanto tiempo toma", "cuánto tiempo toma" }

-- why tells whether a text asks for a reason: it names a window, and chooses none.
function turn:why()
  return self:has({ "why ", "how come", "por que ", "por qué " })
end

local approved = { "i own", "im the owner", "i'm the owner", "i am the owner", "my tenant will", "said its fine", "said it's fine", "said ok", "said yes", "said to book", "approved", "permission", "agreed", "ok with it", "said its ok", "said it's ok", "dio permiso", "dijo que si", "dijo que sí" }

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
  if self:firm() then
    local choice = self:choose(self.said)
    local chosen = choice.sure and choice.windows[1] or self.memory.pending
    local offered = chosen == self.memory.pending or list.find(self.ctx.offered or {}, function(w) return w.id == chosen end)
    if chosen and offered and self:find(chosen) then
      return self:book(self:find(chosen))
    end
  end
  local told_facts, left_open, about = self:told()
  if self:has(paying) and self:asking() and not is.price and not is.card and told_facts == "" then
    return self:ask_office(lead, self:text("check"))
  end
  if is.license and not is.card then
    local facts = self:facts(1, "licensed", "insured", "licencia")
    local rest = string.gsub(text.lower(self.said), "licensed and insured", "licensed")
    if is.price and facts ~= "" then
      return self:price(told_facts ~= "" and lead or text.trim(lead .. " " .. facts))
    elseif told_facts ~= "" and (self.ctx.booking or left_open) then
      return self:tell(lead)
    elseif told_facts ~= "" and told_facts ~= facts then
      return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. told_facts))
    elseif facts == "" or string.find(rest, " and ", 1, true) or select(2, string.gsub(self.said, "?", "")) > 1 then
      return self:ask_office(lead, facts, self:text("check"))
    end
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. facts))
  end
  if told_facts ~= "" and not is.price then
    if self.ctx.booking or left_open then
      return self:tell(lead)
    end
    lead = text.trim(lead .. " " .. told_facts)
  elseif left_open and about and about ~= "pay" and not (is.price or is.tenant) then
    return self:ask_office(lead, self:text("check"))
  end
  if is.link and not is.yes then
    return self:answer(lead, self:text("link"))
  end
  local said_price = self:asks_of_price()
  if said_price and not is.no and (not is.price or self:has({ "extra", "surcharge", "recargo" })) then
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. said_price))
  end
  if self:has(dear) and #(self.ctx.offered or {}) > 0 and not self:choose(self.said).sure then
    local cheaper = list.filter(self:others(), function(id) return not self:find(id).surcharge_cents end)
    if list.find(self.ctx.offered, function(w) return w.surcharge_cents end) and #cheaper > 0 then
      return self:offer(two(cheaper), nil, lead)
    end
  end
  if is.price and not (is.no and #self:choose(self.said).days > 0) then
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

  local choice = self:choose(self.said)
  local pending = self.memory.pending and self:find(self.memory.pending)
  if #choice.past > 0 then
    return self:offer(two(choice.near), nil, self:text("past"))
  end
  if self:has(lasts) and self:asking() and told_facts == "" and not choice.sure then
    return self:ask_office(lead, self:text("check"))
  end
  if choice.sure then
    local window = self:find(choice.windows[1])
    local offered = list.find(self.ctx.offered or {}, function(w) return w.id == window.id end)
    if offered and not is.yes and self:why() then
      return self:offer(self:still_offered(), nil, lead)
    elseif offered and (is.yes or not is.no) then
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
  local offers = self.ctx.offered or {}
  if #choice.days == 0 and #offers > 0 and self:sooner() then
    local before = self:sooner_than(offers[1])
    return #before > 0 and self:offer(two(before), nil, lead) or self:answer(lead, self:text("no_sooner"))
  end
  if #choice.windows > 0 then
    local full = #choice.days <= 2 and choice.full or {}
    if is.earliest and #choice.windows == 1 and #choice.days == 0 and not choice.timed then
      return self:offer(two(self:any_open()), nil, lead)
    end
    if #choice.windows == 1 then
      local window = self:find(choice.windows[1])
      if #full > 0 then
        return self:offer(choice.windows, full, lead)
      end
      return self:confirm(window, lead)
    end
    return self:offer(choice.windows, full, lead)
  end
  if #choice.days > 0 or choice.timed then
    local head = lead
    if #choice.full == 0 or #choice.full > 2 and not self.too_far then
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
  local also = talk.service(self.said, self.ctx.services or {})
  if also and also ~= self:service() and self:has(turn.more_work) then
    local proposal = self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. self:text("more_work")))
    proposal.task = "more for the technician: " .. text.truncate(self.said, 140)
    return proposal
  end
  if told.postal_code and not told.line1 and self:asking() then
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. self:text("served", { zip = told.postal_code })))
  end
  if told.line1 or told.postal_code then
    self:place()
    return self:offer(two(self:any_open()), nil, text.trim(lead .. " " .. self:text("address_noted", { place = text.trim((self.memory.line1 or "") .. " " .. (self.memory.zip or "")) })))
  end
  if self:has({ "come out", "come today", "come now", "appointment", "cita", "venir", "pueden ir" }) then
    return self:offer(two(self:any_open()), nil, lead)
  end
  local asked = is.yes or is.earliest or is.options or is.when or is.greeting or is.any or is.card or is.bot or is.who or is.spanish or lead ~= ""
  if asked or self.memory.service then
    self.unsure = not asked
    return self:offer(two(self:any_open()), nil, lead)
  end
end

-- reply_to gives the proposal, and true when it rests on a guess.
local function reply_to(ctx)
  local t = turn.new(ctx)
  if t.said == "" then
    return t:answer(t:text("media"))
  end
  local first = t:trouble_first()
  if first then
    return first
  end
  local is = t.is
  local told, open = t:told()
  if ctx.booking and told ~= "" and not (is.cancel or is.reschedule or is.price or is.booked or is.when or t:not_needed()) then
    return t:tell()
  end
  if ctx.booking then
    local own = t:own()
    if own then
      return own
    end
  end
  local beside = t:beside()
  if beside then
    return beside
  end
  local more = talk.past_danger(t.said) or t:has({ " now ", " but ", "still ", " ahora ", " pero " }) and talk.service(t.said, ctx.services or {})
  local offered = ctx.offered or {}
  local chosen = #offered > 0 and t:choose(t.said).sure
  local waits = t.memory.waits and not (more or chosen or t.is.options or t.is.earliest) -- "ok thanks" to "the office will check"
  t.memory.waits = nil
  local asks_a_day = #t:choose(t.said).days > 0 and t:asking() -- "no thanks. monday?"
  local undecided = not (told ~= "" or asks_a_day or more or chosen or t.is.yes or t.is.options or t.is.earliest or t.is.reschedule or t.is.price)
  if t.is.done and undecided then
    return t:done({ say = t:text("done"), close = true })
  elseif t.is.later and undecided then
    return t:done({ say = t:text("later"), close = true })
  elseif t.is.thanks and (undecided or waits) and not (open or t.is.license) then
    return t:answer(t:text("welcome"))
  end
  if t.is.reaction then -- a smile asks for nothing, but an open offer may be said again
    local again = t:still_offered()
    return (#again == 0 or string.find(t.said, "%w")) and t:done({}) or t:offer(again)
  end
  local answer = t:visit() or t:question()
  if answer then
    return answer, t.unsure
  end
  if t:has(symptoms) and select(2, string.gsub(t.said, "%S+", "")) > 2 and not t:asking() and t:open() then
    t.memory.told = text.truncate(t.said, 200)
    return t:offer(list.first(t:any_open(), 2), nil, t:text("noted")), true
  end
  if t.is.no then
    return t:done({ say = t:text("later"), close = true })
  end
  if t:pictured() and t:open() then
    return t:offer(list.first(t:any_open(), 2), nil, t:text("media_noted"))
  end
  local unclear = (t.memory.unclear or 0) + 1
  t.memory.unclear = unclear
  if unclear > 1 then
    return t:person("not understood twice", t:text("person_number")), true
  end
  if ctx.booking and ctx.booking.window then
    return t:answer(t:text("sorry_what"), t:text("yours", { label = t:label(ctx.booking.window) }), t:text("say_person")), true
  end
  if #t:still_offered() > 0 then
    local hesitant = t:has({ "maybe", "not sure", "idk", "perhaps", "possibly", "probably", "think so", "tal vez", "quiza", "quizá", "no se" })
    return t:offer(t:still_offered(), nil, t:text(hesitant and "no_rush" or "sorry_what")), true
  end
  return t:answer(t:text("unclear")), true
end

-- remind writes the one text to a customer who fell silent. Who has a visit, or said that it can wait, gets none.
local function remind(ctx)
  local t = turn.new(ctx)
  if ctx.booking then
    return {}
  elseif #t:still_offered() > 0 then
    return t:offer(t:still_offered(), nil, t:text("remind"))
  end
  return t:answer(t:text("remind"), t:text("remind_day"))
end

function reply(ctx)
  if ctx.event.kind == "start" then
    return start(ctx)
  elseif ctx.event.kind == "text" then
    return reply_to(ctx)
  elseif ctx.event.kind == "timeout" then
    return remind(ctx)
  end
  return {}
end
