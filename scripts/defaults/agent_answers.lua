-- agent_answers: what the agent answers about prices, the visit that is booked, and dangers that are over. A module of agent.

local turn = require "agent_turn"
local words = require "agent_words"

-- asks are words with which a question begins when nobody writes a question mark.
local asks = {}
for word in string.gmatch("what whats how do does can could is are where wheres who whos why which when will would should que como donde quien por cuanto puede pueden hacen tienen", "%a+") do
  asks[word] = true
end

local asking = { "can you", "can u ", "can yall", "could you", "could u ", "do you", "do u ", "do yall", "do y'all", "does your", "are you guys", "is there", "are there", "will you", "will u ",
  "would you", "am i ", "did you", "did u " }

-- asking tells whether a text, else the customer's, asks something, with a question mark or without.
function turn:asking(said)
  local low = " " .. text.lower(said or self.said) .. " "
  if string.find(low, "?", 1, true) or asks[string.match(low, "^%W*(%a+)") or ""] then
    return true
  end
  return list.find(asking, function(phrase) return string.find(low, " " .. phrase, 1, true) ~= nil end) ~= nil
end

-- unknown_terms are asked for with prices, and no fact tells them.
local unknown_terms = { "match", "beat", "discount", "coupon", "senior", "military", "veteran", "special", "promo", "deal", "waive", "financ", "payment plan", "descuento", "promoc" }

-- apart are topics whose price is none of a visit.
local apart = { warranty = true, ["home warranty"] = true, financing = true, plan = true, card = true, cash = true, cheque = true, parking = true, pet = true }

-- price_note gives what the business wrote of the price of a service, with its name; nil when that is no amount, or the fee of every visit.
function turn:price_note()
  local named = talk.service(self.said, self.ctx.services or {}) or self:service()
  local service = list.find(self.ctx.services or {}, function(s) return s.name == named end)
  local note = service and service.price_note or ""
  local amount = string.match(note, "%$%d[%d%.,]*%d") or string.match(note, "%$%d")
  local fee = self:fee()
  if not amount or fee and string.find(fee, amount, 1, true) then
    return nil
  end
  return service.name .. ": " .. note .. (string.find(note, "[%.!]$") and "" or ".")
end

-- of_the_visit are words of who asks what the visit costs, not the repair.
local of_the_visit = { "total", "visit", "trip", "come out", "call out", "fee", "diagnos", "altogether", "all in", "surcharge", "extra", "saturday", "comes off", "credit", "visita", "recargo" }

-- priced counts our texts that spoke of the price.
function turn:priced()
  local fee = string.match(self:fee() or "", "%$%d[%d%.,]*%d")
  local count = 0
  for _, earlier in ipairs(self.ctx.thread.turns or {}) do
    local low = text.lower(earlier.text)
    local tells = fee and string.find(low, fee, 1, true) or string.find(low, "price", 1, true) or string.find(low, "quote", 1, true) or string.find(low, "precio", 1, true)
      or string.find(low, "number by text", 1, true) or string.find(low, "cotiza", 1, true)
    count = count + (earlier.from == "agent" and tells and 1 or 0)
  end
  return count
end

-- price tells what the business approved, once; pressed again, it goes to the office.
function turn:price(lead)
  local asked = math.max(self.memory.price or 0, self:priced()) + 1
  if asked > 1 and self:has(of_the_visit) then -- what a visit costs is told again
    asked = 1
  end
  self.memory.price = math.max(asked, self.memory.price or 0)
  if asked > 2 then
    return self:person("asked for a price again", self:text("person_number"))
  end
  if asked == 2 then
    return self:answer(lead or "", self:text("no_price"))
  end
  if self:has({ "cancel", "no show", "no-show" }) then
    return self:ask_office(lead or "", self:text("check"))
  end
  local told, _, about = self:told()
  local priced = about and string.find(told, "[%$%%]") and told
  lead = text.trim((lead or "") .. " " .. (priced and "" or told))
  local facts = priced or self:price_note() or self:fee() or self:facts(2, "fee", "price", "precio", "visit costs", "visit is $", "service call costs", "service call is $")
  if facts == "" then
    return self:person("asked for a price", lead or "", self:text("check"))
  end
  local unknown = not priced and (self:has(unknown_terms) or told == "" and about and apart[about])
  if unknown then
    facts = self:text("check_too") .. " " .. facts
  end
  local choice = self:choose(self.said)
  local wished = (#choice.days > 0 or choice.timed) and choice.windows or {}
  local some = list.map(list.first(#wished > 0 and wished or self:any_open(), 2), function(id) return self:find(id) end)
  local proposal
  if #some == 0 or self.ctx.booking and #wished == 0 then
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

-- asks_of_price answers a question that names an amount of an approved fact: "so it's 89?", "49 extra??".
function turn:asks_of_price(said)
  said = said or self.said
  if not self:asking(said) then
    return nil
  end
  for number in string.gmatch(said, "%f[%d]%d%d+%f[%D]") do
    local fact = self:facts(1, "$" .. number)
    if fact ~= "" then
      return string.find(text.lower(fact), "fee", 1, true) and self:fee() or fact
    end
  end
end

local moved_house = { "address", "moved", "new place", "direcci", "domicilio" }

local late = { "running late", "min late", "mins late", "minutes late", "minutos tarde", "be late", "im late", "i'm late", "behind schedule", "llego tarde", "voy tarde" }

local keeps = { "keep it", "keep the app", "keep my app", "keep that", "leave it", "stay as", "dejela", "déjela", "dejelo", "déjelo", "dejarla", "mantener" }

local sooner = { "sooner", "earlier", "before then", "before that", "b4 that", "b4 then", "mas temprano", "más temprano", "mas pronto", "más pronto" }

-- sooner tells whether something before what was named is asked for.
function turn:sooner()
  return self:has(sooner)
end

-- sooner_than gives the open windows before another.
function turn:sooner_than(other)
  local before = list.filter(self:open() or {}, function(w) return dates.minutes(w.start, other.start) > 0 end)
  return list.map(before, function(w) return w.id end)
end

-- asked_to_cancel tells whether our last text asked for a yes to a cancellation.
function turn:asked_to_cancel()
  local turns = self.ctx.thread.turns or {}
  for i = #turns, 1, -1 do
    if turns[i].from == "agent" then
      local low = text.lower(turns[i].text)
      return string.find(low, "cancel[^%.%?]*%?") and not string.find(low, "move", 1, true)
    end
  end
end

-- no_need are ways to say that the visit is not needed any more; where the customer has one, it would be cancelled.
local no_need = { "fixed", "found some", "found another", "someone else", "somebody else", "need it anymore", "dont need", "don't need", "not gonna need", "won't need", "wont need", "working again", "it working", "arregl", "ya no lo necesit", "ya no la necesit", "ya no hace falta" }

function turn:not_needed()
  local cancels = not self:asking() and string.find(text.lower(self.said), "%f[%a]cancel%f[%A]") and not self:has({ "cancel?", "dont cancel", "don't cancel", "not cancel", "no cancel", "cancellation" })
  return (self.is.done and self:has(no_need) or cancels) and not self.is.reschedule
end

-- and_beside adds to a text what was asked in the same breath: a card number that nobody wanted, a price, a fact; else the office is asked.
function turn:and_beside(proposal)
  if self.is.card then
    proposal.say = proposal.say .. " " .. self:text("card")
  end
  for sentence in string.gmatch(self.said .. "?", "([^%.!%?\n]+)[%.!%?\n]+") do
    local is = talk.intents(sentence)
    local choice = talk.choose(sentence, self.ctx.now, self.zone, self:open() or {}, self.ctx.offered)
    if self:asking(sentence) and not (is.yes and not is.price or is.when or is.options or is.booked or is.card or choice.timed or #choice.days > 0) then
      local fact = self:known(sentence)
      local known = fact ~= "" and fact or (is.price or self:asks_of_price(sentence)) and (self:price_note() or self:fee())
      if not known or known == "" then
        known, proposal.task = self:text("check"), "answer the customer: " .. text.truncate(text.trim(sentence), 140)
      end
      proposal.say = proposal.say .. " " .. known
      break
    end
  end
  return proposal
end

-- own answers what is about the visit that the customer has.
function turn:own()
  local booking = self.ctx.booking
  local label = booking.window and self:label(booking.window) or ""
  local pending = self.memory.pending or self:asked_to_cancel() and "cancel"
  if pending == "cancel" then
    self.memory.pending = nil
    if self.is.yes and not self.is.no then
      local result, code = ask("cancel", { booking = booking.id })
      if result then
        return self:answer(self:text("cancelled"))
      end
      return self:person("the cancellation failed: " .. tostring(code), self:text("person_number"))
    end
    if not self.is.reschedule and #self:choose(self.said).days == 0 then
      return self:answer(self:text("kept", { label = label }))
    end
    pending = nil
  end
  if self:has(keeps) and not self.is.reschedule and #self:choose(self.said).days == 0 then
    return self:answer(self:text("kept", { label = label }))
  end
  if self.is.cancel or self:not_needed() then
    self.memory.pending = "cancel"
    return self:answer(self:text("ask_cancel", { label = label }))
  end
  local window = pending and self:find(pending)
  if window and self.is.yes and not self.is.no then
    return self:book(window)
  end
  if self.is.done and label == "" and not self:asking() and not self.is.reschedule then -- "I already booked with your office"
    return self:answer(self:text("done"))
  end
  local told = talk.address(self.said)
  if told.line1 and self:has(moved_house) then
    return self:done({ say = self:text("new_address"), task = "another address for the visit: " .. string.sub(self.said, 1, 140) })
  end
  if self:has(late) then
    return self:person("the customer will be late: " .. string.sub(self.said, 1, 80), self:text("late"))
  end
  local choice = self:choose(self.said)
  if booking.window and list.contains(choice.past, booking.window.id) then -- a second yes to what is booked
    return self:answer(self:text("yours", { label = label }))
  end
  if choice.sure and not self.is.no and list.find(self.ctx.offered or {}, function(w) return w.id == choice.windows[1] end) and not (booking.window and choice.windows[1] == booking.window.id) then
    return self:book(self:find(choice.windows[1]))
  end
  local also = talk.service(self.said, self.ctx.services or {})
  if also and also ~= booking.service and self:has(turn.more_work) and not self.is.reschedule then
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
    return self:offer(list.first(before, 2))
  end
  if self.is.reschedule or #choice.windows > 0 or #choice.days > 0 then
    local ids = #choice.windows > 0 and choice.windows or choice.near
    if #ids == 0 or #choice.windows == 0 and #choice.days == 0 and not choice.timed then
      ids = list.map(self:open() or {}, function(w) return w.id end)
    end
    ids = list.filter(ids, function(id) return not booking.window or id ~= booking.window.id end)
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
    return self:offer(list.first(ids, 2), nil, before)
  end
  if self.is.yes and not self.is.price and not self:asking() and label ~= "" then
    return self:answer(self:text("yours", { label = label }))
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
  for _, word in ipairs({ "gate", "code", "dog", "park", "door", "key", "wife", "husband", "let you in", "let u in", "be home", "be there", "knock", "basement is", "esposa", "esposo", "porton", "perro", "codigo", "código", "puerta" }) do
    if string.find(low, word, 1, true) then
      return self:done({ say = self:text("noted"), task = "for the technician: " .. string.sub(self.said, 1, 140) })
    end
  end
end

function turn:lead()
  local is = self.is
  local parts = {}
  local danger = talk.past_danger(self.said)
  if danger then
    local again = (words[self.lang] or words.en).again[danger]
    if danger ~= "flooding" and danger ~= "sewage" then -- a pipe that burst last winter is no reason to get out
      table.insert(parts, again or self:text("danger"))
    end
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
  if self:service() ~= self.before then
    table.insert(parts, self:text("noted_service", { service = self:service() }))
  end
  return table.concat(parts, " ")
end

return turn
