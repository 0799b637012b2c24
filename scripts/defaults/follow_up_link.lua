-- follow_up_link: the one text after an online booking was left unfinished, with the link that continues it.
--
-- It is a notice about the visitor's own booking and nothing else: it names the business, says what it is about, links back,
-- and says how to opt out. No price, no discount, no hurry, no question whether somebody is "still interested": with any of
-- those it would be an advertisement, and need another kind of consent.
--
-- The wordings are tried from the fullest to the shortest; the first that goes out as one SMS segment is used. A first name or
-- a service that would cost a second segment (by its length, or by a letter outside the SMS alphabet) is left out that way.

local function english(business, link, name, service, brief)
  local start = "Your "
  if name then
    start = "Hi " .. name .. ", your "
  end
  if brief then
    return start .. "booking with " .. business .. " is not finished: " .. link .. " Reply STOP to opt out."
  end
  return start .. (service or "online") .. " booking with " .. business .. " is not finished. You can continue here: "
    .. link .. " Reply STOP to opt out."
end

-- The words keep to letters of the SMS alphabet, which has no a, i, o and u with an acute accent.
local function spanish(business, link, name, service, brief)
  local start = "Su reserva"
  if name then
    start = "Hola " .. name .. ", su reserva"
  end
  if brief then
    return start .. " con " .. business .. " no se ha completado: " .. link .. " Responda STOP para darse de baja."
  end
  if service then
    start = start .. " (" .. service .. ")"
  end
  return start .. " con " .. business .. " no se ha completado. Puede continuar en este enlace: " .. link
    .. " Responda STOP para darse de baja."
end

local function is_spanish(locale)
  local l = string.lower(locale or "")
  return l == "es" or string.sub(l, 1, 3) == "es-" or string.sub(l, 1, 3) == "es_"
end

function render(ctx)
  local business, link = ctx.business.name, ctx.link
  if not business then
    error("business.name is missing: the text must say who writes")
  end
  if not link then
    error("link is missing: the text has nothing to continue")
  end
  local name, service = ctx.customer.first_name, ctx.session.service
  local words = english
  if is_spanish(ctx.session.locale) then
    words = spanish
  end

  local tries = {
    words(business, link, name, service),
    words(business, link, name),
    words(business, link, name, nil, true),
    words(business, link, nil, service),
    words(business, link),
    words(business, link, nil, nil, true),
  }
  for _, text in ipairs(tries) do
    if sms.segments(text) == 1 then
      return text
    end
  end
  return tries[#tries]
end
