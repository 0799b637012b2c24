// The hosted booking page: open times, checks before sending, and the booking itself. What the visitor types is told by
// widget.js, as on any other page; where a blocker kept that out, the page books without it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const { scheduler, key, base, zone, zips, business } = document.body.dataset;
  const form = $("form");
  const button = $("submit");
  const widget = window.rebook;
  const own = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  const patience = 20000; // milliseconds: a bad network answers late or never, and a page that waits for ever says nothing

  const ask = async (method, path, body, headers) => {
    const answer = await fetch(base + path, {
      method,
      credentials: "omit",
      signal: window.AbortSignal && AbortSignal.timeout ? AbortSignal.timeout(patience) : undefined,
      headers: Object.assign({ Authorization: "Bearer " + key, "Content-Type": "application/json" }, headers),
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    let value = {};
    try {
      value = JSON.parse(text);
    } catch (e) {}
    if (!answer.ok) throw Object.assign(new Error("status " + answer.status), { status: answer.status, refusal: value.error || {} });
    return value;
  };
  const make = (tag, props, ...children) => {
    const el = Object.assign(document.createElement(tag), props);
    el.append(...children);
    return el;
  };

  // --- Open times, in the zone of the business ----------------------------------------------------------------------

  const say = (options, at) => new Intl.DateTimeFormat("en-US", Object.assign({ timeZone: zone }, options)).format(at);
  const dayOf = (w) => say({ weekday: "long", month: "long", day: "numeric" }, w.from);
  const clock = (at) => say({ hour: "numeric", minute: "2-digit" }, at).replace(":00", "");
  const hoursOf = (w) => {
    const [a, b] = [clock(w.from), clock(w.to)];
    return (a.slice(-2) === b.slice(-2) ? a.slice(0, -3) : a) + " – " + b;
  };
  const money = (cents) => "+" + new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", minimumFractionDigits: cents % 100 ? 2 : 0 }).format(cents / 100);
  const whenOf = (w) => dayOf(w) + ", " + hoursOf(w);

  let windows = [];
  let chosen = ""; // ID of the window
  let shown = 3; // days

  const draw = () => {
    const list = $("windows");
    const days = new Map();
    for (const w of windows) days.set(dayOf(w), (days.get(dayOf(w)) || []).concat(w));
    const names = [...days.keys()];
    const at = names.findIndex((name) => days.get(name).some((w) => w.id === chosen));
    if (at >= shown) shown = at + 1;
    list.replaceChildren();
    for (const name of names.slice(0, shown)) {
      const slots = make("div", { className: "slots" });
      for (const w of days.get(name)) {
        const radio = make("input", { type: "radio", name: "window", value: w.id, checked: w.id === chosen, required: true });
        const note = [w.note, w.surcharge_cents ? money(w.surcharge_cents) : ""].filter(Boolean).join(" · ");
        const label = make("span", {}, make("b", { textContent: hoursOf(w) }));
        if (note) label.append(make("small", { textContent: note }));
        slots.append(make("label", { className: "choice" }, radio, label));
      }
      const heading = make("h3", { textContent: name, id: "day-" + list.children.length });
      const day = make("div", { className: "day" }, heading, slots);
      day.setAttribute("role", "group");
      day.setAttribute("aria-labelledby", heading.id);
      list.append(day);
    }
    if (names.length > shown) {
      const more = make("button", { type: "button", className: "plain", textContent: "More days" });
      more.addEventListener("click", () => {
        const next = shown;
        shown += 4;
        draw();
        list.children[next].querySelector("input").focus();
      });
      list.append(more);
    }
    list.setAttribute("aria-busy", "false");
    const none = !windows.length;
    $("heard").textContent = none ? "There are no open times to choose from. Tell us when suits you." : "Open times from " + names[0] + " on.";
    list.hidden = none;
    $("wish").hidden = !none;
    button.textContent = none ? "Send my request" : "Book this visit";
    $("after").textContent = none ? "We will call or text you to agree on a time." : "Nothing is booked until you press the button.";
  };

  const load = async (tries = 2) => {
    try {
      const answer = await ask("GET", "/v1/schedulers/" + scheduler + "/availability?days=14");
      windows = (answer.items || []).filter((w) => w.open > 0).map((w) => Object.assign(w, { from: new Date(w.start), to: new Date(w.end) }));
      windows.sort((a, b) => a.from - b.from);
    } catch (e) {
      windows = []; // the wish in words is what is left, and it says so
      if (tries > 1) return load(tries - 1);
    }
    draw();
    button.disabled = false;
  };

  $("windows").addEventListener("change", (e) => {
    const w = windows.find((w) => w.id === e.target.value);
    if (!w) return;
    chosen = w.id;
    check("window");
    if (widget) widget.set({ preferred: whenOf(w), fields: { window: w.id } });
  });

  // --- Checks -----------------------------------------------------------------------------------------------------

  const digits = (s) => s.replace(/\D/g, "");
  const value = (id) => form.elements[id].value.trim();
  const good = {
    service: [() => value("service"), "Please choose what you need."],
    first_name: [() => value("first_name"), "Please tell us your first name."],
    last_name: [() => value("last_name"), "Please tell us your last name."],
    phone: [
      () => /^1?[2-9]\d{9}$/.test(digits(value("phone"))) || (value("phone")[0] === "+" && digits(value("phone")).length > 7),
      "Please check the number: ten digits, area code first.",
    ],
    email: [() => !value("email") || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value("email")), "This email address looks incomplete."],
    line1: [() => value("line1"), "Please tell us the street and number."],
    city: [() => value("city"), "Please tell us the city."],
    state: [() => value("state"), "Please choose the state."],
    postal_code: [() => /^\d{5}(-\d{4})?$/.test(value("postal_code")), "A ZIP code has five digits."],
    window: [() => !windows.length || windows.some((w) => w.id === chosen), "Please choose a time."],
  };
  const targetOf = (id) => (id === "window" ? document.querySelector("[name=window]") : $(id));

  const fault = (id, text) => {
    const error = $(id + "-error");
    const target = targetOf(id);
    if (error) {
      error.textContent = text;
      error.hidden = !text;
    }
    if (!target) return;
    if (text) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
    if (text && error && !target.getAttribute("aria-describedby")) target.setAttribute("aria-describedby", error.id);
  };
  const check = (id) => {
    const [test, words] = good[id];
    const ok = !!test();
    fault(id, ok ? "" : words);
    if (ok) mended(id);
    return ok;
  };

  form.addEventListener("focusout", (e) => {
    const id = e.target.name;
    if (e.target.value && good[id] && id !== "window" && id !== "service") check(id);
  });
  form.addEventListener("input", (e) => {
    if (e.target.getAttribute("aria-invalid") || e.target.name === "service") check(e.target.name);
    if (e.target.name === "postal_code") area();
  });
  const area = () => {
    const zip = value("postal_code").slice(0, 5);
    $("area").hidden = !zips || zip.length < 5 || zips.split(" ").includes(zip);
  };

  // What was mended leaves the list, and the list goes with the last of it.
  const mended = (id) => {
    const item = $("problems").querySelector(`[data-of=${id}]`);
    if (!item) return;
    item.remove();
    const left = $("problems").querySelectorAll("li").length;
    if (left) $("problems").firstChild.textContent = missing(left);
    else $("problems").hidden = true;
  };
  const missing = (n) => (n === 1 ? "One thing is missing:" : n + " things are missing:");
  const problems = (title, items) => {
    const box = $("problems");
    box.replaceChildren(make("b", { textContent: title }));
    if (items.length) {
      box.append(make("ul", {}, ...items.map(([id, text]) => {
        const link = make("a", { href: "#", textContent: text });
        link.addEventListener("click", (e) => {
          e.preventDefault();
          targetOf(id).focus();
        });
        const item = make("li", {}, link);
        item.dataset.of = id;
        return item;
      })));
    }
    box.hidden = false;
    box.focus();
    box.scrollIntoView({ block: "center" });
  };

  // --- Booking ----------------------------------------------------------------------------------------------------

  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    if (button.disabled) return;
    $("problems").hidden = true;
    const wrong = Object.keys(good).filter((id) => !check(id)).map((id) => [id, good[id][1]]);
    if (wrong.length) return problems(missing(wrong.length), wrong);
    button.disabled = true;
    button.textContent = "One moment…";
    try {
      await finish();
    } catch (e) {
      button.disabled = false;
      draw();
      const code = e.refusal && e.refusal.code;
      if (/^window_(full|closed|unknown)$/.test(code)) {
        chosen = "";
        await load();
        problems("That time was just taken.", windows.length ? [["window", "Please choose another time."]] : []);
      } else if (code === "already_booked") problems("You have booked already. To change it, please call us.", []);
      else if (e.status === 422 && good[fieldOf(e)]) {
        fault(fieldOf(e), good[fieldOf(e)][1]);
        problems("One thing needs another look:", [[fieldOf(e), good[fieldOf(e)][1]]]);
      } else if (!e.status) problems("We did not hear back from our office system. Please press the button again: you cannot be booked twice by it.", []);
      else if (e.status === 422 || e.status === 400) problems(e.refusal.message ? "We could not take this: " + e.refusal.message + "." : "We could not take this.", []);
      else problems("We could not reach our office system. Nothing was booked; please try again in a moment, or call us.", []);
    }
  });

  const fieldOf = (e) => (e.refusal.field || "").split(".").pop();

  const typed = () => ({
    customer: {
      first_name: value("first_name"), last_name: value("last_name"), phone: value("phone"), email: value("email"),
      address: { line1: value("line1"), line2: value("line2"), city: value("city"), state: value("state"), postal_code: value("postal_code") },
    },
    service: value("service"),
    preferred: value("preferred"),
    fields: value("details") ? { details: value("details") } : {},
  });

  const finish = async () => {
    const visit = typed();
    const session = (widget && widget.session) || own;
    const w = windows.find((w) => w.id === chosen);
    if (!widget || !(await Promise.race([widget.flush(), new Promise((done) => setTimeout(done, 8000))]))) { // blocked or cut off: what was typed still has to arrive
      await ask("POST", "/v1/session-events", Object.assign({ scheduler, session, event: "progress" }, visit));
    }
    if (!w) {
      const arrived = widget && (await widget.complete(visit));
      if (!arrived) await ask("POST", "/v1/session-events", Object.assign({ scheduler, session, event: "completed" }, visit));
      return done("Your request is with us", "We will get back to you to agree on a time. Until then nothing is fixed.", visit, visit.preferred);
    }
    await ask("POST", "/v1/bookings", { scheduler, session, window: w.id, customer: visit.customer, service: visit.service }, { "Idempotency-Key": session + "-" + w.id });
    visit.preferred = whenOf(w);
    if (widget) widget.complete(visit);
    done("You are booked", business + " will come within the time below.", visit, whenOf(w));
  };

  const done = (title, text, visit, when) => {
    const a = visit.customer.address;
    $("done-title").textContent = title;
    $("done-text").textContent = text;
    const rows = [["Job", visit.service], ["When", when], ["Where", [a.line1, a.line2, a.city, a.state + " " + a.postal_code].filter(Boolean).join(", ")], ["Phone", visit.customer.phone]];
    $("done-list").replaceChildren(...rows.filter((r) => r[1]).flatMap(([k, v]) => [make("dt", { textContent: k }), make("dd", { textContent: v })]));
    form.hidden = document.querySelector(".lead").hidden = true;
    $("notice").hidden = true;
    $("done").hidden = false;
    document.title = title + " · " + business;
    $("done-title").focus();
    window.scrollTo(0, 0);
  };

  // --- Coming back by a link --------------------------------------------------------------------------------------

  const notice = (text) => {
    $("notice").textContent = text;
    $("notice").hidden = false;
  };
  // Without the widget nobody knows of this visit before it ends, and a visit of no length is not believed.
  const begun = () => ask("POST", "/v1/session-events", { scheduler, session: own, event: "started" }).catch(() => {});
  if (!widget) form.addEventListener("input", begun, { once: true });
  const first = load();
  if (widget) {
    widget.on("restore", async (visit) => {
      const name = (visit.customer || {}).first_name;
      notice("Welcome back" + (name ? ", " + name : "") + ". Everything is as you left it.");
      const last = (visit.fields || {}).window;
      await first;
      area();
      if (last && !chosen) {
        if (windows.some((w) => w.id === last)) {
          chosen = last;
          draw();
        } else notice("Welcome back" + (name ? ", " + name : "") + ". The time you had chosen is not open any more; the rest is as you left it.");
      }
    });
    widget.on("ended", () => notice("That link has ended. You can book here all the same."));
  }
})();
