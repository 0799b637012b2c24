-- agent_facts: what the agent answers from approved facts, and what it leaves to the office. A module of agent.

local turn = require "agent_answers"

local max_sentences = 8 -- that are read for questions: a turn has a budget

-- begins are words with which a question about the business begins, besides asks.
local begins = {}
for word in string.gmatch("are r any anyone aceptan reciben abren cierran trabajan dan ofrecen manejan cubren atienden wondering curious", "%a+") do
  begins[word] = true
end

local wonders = { "wondering if", "wondering what", "want to know", "like to know", "let me know if you", "tell me your", "quisiera saber", "quiero saber" }

-- known gives the approved facts that answer one question, at most two, and the topic that it is about.
function turn:known(said)
  local found = talk.facts(said, self.ctx.facts or {})
  return table.concat(found.told, " "), found.topic
end

-- elsewhere tells whether a sentence is about what is answered elsewhere: windows, prices, the visit, who writes.
function turn:elsewhere(sentence)
  local is = talk.intents(sentence)
  if is.price or is.yes or is.when or is.options or is.earliest or is.booked or is.card or is.license or is.human or is.bot or is.who or is.spanish or is.zone
    or is.reschedule or is.cancel or is.thanks then
    return true
  end
  local choice = talk.choose(sentence, self.ctx.now, self.zone, {}, self.ctx.offered)
  return choice.timed or #choice.days > 0
end

-- told gives the facts that answer what the text asks, sentence by sentence, and the first question that they leave open and that is not
-- about windows or prices, which are answered elsewhere. On a topic of the business a fact is told beside windows too: "are you open saturdays?"
function turn:told()
  if self.answers then
    return self.answers.told, self.answers.open, self.answers.about
  end
  local told, open, about, left = {}, nil, nil, max_sentences
  for sentence in string.gmatch(self.said .. "\n", "[^%.!%?\n]+[%.!%?\n]+") do
    local low, asks = text.lower(sentence), self:asking(sentence)
    left = left - 1
    if left < 0 then
      break
    elseif asks or begins[string.match(low, "^%W*(%a+)") or ""] or list.find(wonders, function(w) return string.find(low, w, 1, true) ~= nil end) then
      local fact, topic = self:known(sentence)
      about = about or topic
      local elsewhere = not (fact ~= "" and topic) and self:elsewhere(sentence)
      if fact ~= "" and not elsewhere then
        if not list.contains(told, fact) then
          table.insert(told, fact)
        end
      elseif asks and not elsewhere and string.find(sentence, "%a%a%a") then
        open = open or text.trim(sentence)
      end
    end
  end
  self.answers = { told = table.concat(told, " "), open = open, about = about }
  return self.answers.told, open, about
end

-- tell answers with facts; a question that they leave open goes to the office.
function turn:tell(lead)
  local told, open = self:told()
  local proposal = self:answer(lead or "", told, open and self:text("check") or "")
  proposal.task = open and "answer the customer: " .. text.truncate(open, 140) or nil
  return proposal
end

-- pictured tells whether the text speaks of a picture.
function turn:pictured()
  return string.find(text.lower(self.said), "%f[%a]pics?%f[%A]") ~= nil or self:has({ "photo", "picture", "video", "screenshot", "foto", "imagen" })
end

-- question answers what is asked and is not about windows: from approved facts, else the office is asked.
function turn:question()
  if not string.find(self.said, "%a") or not self:asking() then
    return nil
  end
  if self:pictured() then
    return self:answer(self:text("media_noted"))
  end
  self.unsure = true
  if string.find(self.said, "%f[%d]%d%d?%f[%D]") and #self:still_offered() > 0 then
    return self:offer(self:still_offered(), nil, self:text("sorry_what"))
  end
  if self:told() ~= "" then
    return self:tell()
  end
  return self:ask_office(self:text("check"))
end

return turn
