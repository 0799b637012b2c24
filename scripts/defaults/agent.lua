-- agent: answers by text in ai_agent mode.
--
-- It writes the first text after an online booking was left unfinished, and hands everything else to a person. The first text
-- names the business, says that an automated assistant writes, offers the next open windows if there are any, and says how to
-- opt out. It promises nothing: a window is only booked when the customer answers.

local opt_out = " Reply STOP to opt out."

-- offer gives the longest wording that goes out as one SMS segment, or the last one.
local function first_that_fits(tries)
  for _, text in ipairs(tries) do
    if sms.segments(text) == 1 then
      return text
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
  local windows = ask("windows", { service = ctx.session.service, days = 7 }) or {}

  local tries = {}
  if windows[1] and windows[2] then
    table.insert(tries, hello .. business .. about .. " Open: " .. windows[1].label .. " or " .. windows[2].label .. ". Which suits?" .. opt_out)
  end
  if windows[1] then
    table.insert(tries, hello .. business .. about .. " Next open: " .. windows[1].label .. ". Does it suit?" .. opt_out)
    table.insert(tries, business .. ", automated: your booking is not finished. Next open: " .. windows[1].label .. ". Does it suit?" .. opt_out)
  end
  table.insert(tries, hello .. business .. about .. " Which day suits you?" .. opt_out)
  table.insert(tries, business .. ", automated: your booking is not finished. Which day suits you?" .. opt_out)
  return { say = first_that_fits(tries) }
end

function reply(ctx)
  if ctx.event.kind == "start" then
    return start(ctx)
  end
  return {
    say = "Thank you. A person from " .. (ctx.business.name or "our office") .. " will get back to you.",
    hand_off = "the automated assistant does not answer this by itself yet",
  }
end
