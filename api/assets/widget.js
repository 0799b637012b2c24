/*! Rebook widget 1.0.0 - reports an unfinished booking and brings it back. Guide: api/assets/README.md, types: /widget.d.ts */
(() => {
  "use strict";
  const version = "1.0.0";
  const script = document.currentScript;
  if (!script || (window.rebook && window.rebook.version)) return;

  const src = new URL(script.src, location.href);
  const option = (name) => script.getAttribute("data-" + name) || src.searchParams.get(name) || "";
  const key = option("key");
  const scheduler = option("scheduler");
  const beat = Math.min(20, Math.max(1, +option("heartbeat") || 20)) * 1000;
  const base = new URL(".", src).href; // the daemon may stand below a path
  const debugging = src.searchParams.has("debug") || script.hasAttribute("data-debug");
  const say = (...what) => {
    if (debugging) console.info("[rebook]", ...what);
  };

  // Nothing of ours may break the page around it.
  const safe = (fn) => (...args) => {
    try {
      return fn(...args);
    } catch (e) {
      say("error", e);
    }
  };
  const listen = (target, type, fn, capture = true) => target.addEventListener(type, safe(fn), { capture, passive: true });

  // What is kept in this tab. Where storage is blocked, in memory: a reload then begins a new session.
  const memory = {};
  const slot = (name) => "rebook:" + scheduler + ":" + name;
  const keep = (name, value) => {
    memory[name] = value;
    try {
      if (value) sessionStorage.setItem(slot(name), value);
      else sessionStorage.removeItem(slot(name));
    } catch (e) {}
  };
  const kept = (name) => {
    try {
      return sessionStorage.getItem(slot(name)) || memory[name];
    } catch (e) {
      return memory[name];
    }
  };
  const newID = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  let session; // the page's own name of the visit
  let ready = false; // the session is known: a link was redeemed, or there was none
  let started = false;
  let left = false; // told that the page was left
  let over = false; // told that it was booked
  let dead = false; // the key is refused; nothing more is tried

  // --- What a field means -----------------------------------------------------------------------------------------

  const byAutocomplete = {
    name: "name", "given-name": "first_name", "family-name": "last_name", tel: "phone", "tel-national": "phone", email: "email",
    "street-address": "line1", "address-line1": "line1", "address-line2": "line2", "address-level2": "city",
    "address-level1": "state", "postal-code": "postal_code",
  };
  const byName = {
    firstname: "first_name", fname: "first_name", lastname: "last_name", lname: "last_name", name: "name", fullname: "name", yourname: "name",
    phone: "phone", phonenumber: "phone", tel: "phone", telephone: "phone", mobile: "phone", cell: "phone",
    email: "email", emailaddress: "email", address: "line1", address1: "line1", street: "line1", streetaddress: "line1",
    address2: "line2", city: "city", state: "state", zip: "postal_code", zipcode: "postal_code", postalcode: "postal_code",
    service: "service", servicetype: "service", job: "service", preferred: "preferred", preferredtime: "preferred",
    smsconsent: "consent", smsoptin: "consent", consentsms: "consent",
  };
  const secretName = /passw|passcode|passport|cvv|cvc|card|ssn|social.?sec|routing|iban|account.?n|tax.?id|one.?time|\bpin\b|\botp\b/i;
  const secretAutocomplete = /^cc-|password$|^one-time-code$/;
  const plain = (s) => (s || "").toLowerCase().replace(/[^a-z0-9]/g, "");
  const once = new WeakSet(); // fields that were passwords, before somebody pressed "show"
  const isPassword = (el) => {
    if (el.type === "password") once.add(el);
    return once.has(el) || /passw/i.test(el.name + el.id + el.autocomplete);
  };
  // A form, or what stands in none, with a password in it is a login and no booking.
  const isLogin = (form) => Array.from((form || document).querySelectorAll("input")).some((el) => el.form === form && isPassword(el));

  // look gives the role of a field, or "" and why it has none.
  const look = (el) => {
    const type = (el.type || "").toLowerCase();
    const auto = (el.getAttribute("autocomplete") || "").toLowerCase().split(/\s+/);
    if (isPassword(el) || /^(file|submit|button|reset|image)$/.test(type)) return ["", "never read: " + type];
    if (auto.some((t) => secretAutocomplete.test(t)) || secretName.test(el.name + " " + el.id)) return ["", "never read: may be a secret"];
    if (el.closest("[data-rebook-ignore]")) return ["", "data-rebook-ignore"];
    const box = type === "checkbox";
    const marked = el.getAttribute("data-rebook");
    if (el.hasAttribute("data-rebook-consent") || marked === "consent") return box ? ["consent", "marked"] : ["", "consent needs a checkbox"];
    if (el.getAttribute("data-rebook-field")) return ["fields." + el.getAttribute("data-rebook-field"), "data-rebook-field"];
    if (marked) return [marked, "data-rebook"];
    if (type === "hidden") return ["", "hidden and not marked"];
    if (document.querySelector("[data-rebook-form]")) {
      if (!el.closest("[data-rebook-form]")) return ["", "outside of data-rebook-form"];
    } else if (isLogin(el.form)) return ["", "in a form with a password"];
    const guess = [[byAutocomplete[auto[auto.length - 1]], "autocomplete"], [byName[plain(el.name)], "name"], [byName[plain(el.id)], "id"]].find((g) => g[0]);
    if (!guess) return ["", "not recognised"];
    return box === (guess[0] === "consent") ? guess : ["", "another kind of field"];
  };
  const isField = (el) => el && /^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName);
  const fields = () => Array.from(document.querySelectorAll("input,select,textarea")).map((el) => [el, look(el)[0]]).filter((f) => f[1]);

  const tidy = (s) => String(s == null ? "" : s).replace(/\s+/g, " ").trim();
  const wordsOf = (el) => tidy(el && (el.innerText || el.textContent));
  const labelOf = (el) => Array.from(el.labels || []).map(wordsOf).join(" ");
  // The words of a consent are what its labels and its descriptions show.
  const consentWords = (el) => {
    const more = (el.getAttribute("aria-describedby") || "").split(/\s+/).map((id) => id && wordsOf(document.getElementById(id)));
    return tidy([labelOf(el), ...more].join(" "));
  };
  const choiceOf = (el) => (el.value && el.value !== "on" ? el.value : labelOf(el));
  const valueOf = (el, role) => {
    if (el.type === "checkbox") return el.checked ? (el.value === "on" ? "yes" : el.value) : "";
    if (el.type === "radio") return el.checked ? choiceOf(el) : undefined;
    if (el.tagName !== "SELECT") return el.value;
    const chosen = el.options[el.selectedIndex];
    return chosen && chosen.value ? (role === "state" ? chosen.value : chosen.text) : "";
  };

  // A card number (ISO/IEC 7812: 13 to 19 digits, Luhn) or a social security number never leaves the page, whatever field it
  // was typed into. A phone number may have 13 digits that pass by chance; bare nine are none yet, but a social security number.
  const isSecret = (value, role) => {
    if (/(^|\D)\d{3}-\d{2}-\d{4}(\D|$)/.test(value) || (role === "phone" && /^\D*(\d\D*){9}$/.test(value) && value[0] !== "+")) return true;
    return (value.match(/\d(?:[ .-]{0,2}\d){12,18}/g) || []).some((run) => {
      const digits = run.replace(/\D/g, "");
      let sum = 0;
      for (let i = 0; i < digits.length; i++) {
        const d = +digits[digits.length - 1 - i] * (i % 2 ? 2 : 1);
        sum += d > 9 ? d - 9 : d;
      }
      return sum % 10 === 0 && /^[2-6]/.test(digits) && (role !== "phone" || digits.length > 13);
    });
  };
  const cut = (s, bytes) => {
    while (new TextEncoder().encode(s).length > bytes) s = s.slice(0, -Math.max(1, s.length >> 4));
    return s;
  };

  // --- What is known so far ---------------------------------------------------------------------------------------

  let known = { customer: { address: {} }, fields: {} };
  let told = ""; // the last state that arrived, to say nothing twice
  let consent = null; // a tick that did not arrive yet
  let timer;

  const put = (role, value) => {
    value = tidy(value);
    if (isSecret(value, role)) {
      say("not sent, it looks like a card or social security number:", role);
      value = "";
    }
    value = cut(value, 500);
    const field = /^fields\.(.+)/.exec(role);
    if (role === "name") {
      const [first, ...rest] = value.split(" ");
      Object.assign(known.customer, { first_name: first, last_name: rest.join(" ") });
    } else if (/^(first_name|last_name|phone|email)$/.test(role)) known.customer[role] = value;
    else if (/^(line1|line2|city|state|postal_code)$/.test(role)) known.customer.address[role] = value;
    else if (/^(service|preferred|step)$/.test(role)) known[role] = value;
    else if (role === "value_cents") known.value_cents = Math.round(+value) || 0;
    else if (field && (field[1] in known.fields || Object.keys(known.fields).length < 40)) known.fields[cut(field[1], 64)] = value;
    else return say("there is no role", role);
  };

  // collect reads what stands in the page without anybody having told us: autofill, a reload. What has a default is read only
  // when a person touched it, since a default is not a choice.
  const collect = () => {
    for (const [el, role] of fields()) {
      if (role === "consent" || (!touched.has(el) && (el.tagName === "SELECT" || el.type === "radio" || el.type === "checkbox"))) continue;
      const value = valueOf(el, role);
      if (value) put(role, value);
    }
  };
  const touched = new WeakSet();

  let typedAt = 0;
  const soon = (ms) => {
    typedAt = Date.now();
    left = false;
    begin();
    clearTimeout(timer);
    timer = setTimeout(safe(progress), ms);
  };
  const begin = () => {
    if (started || over) return;
    started = true;
    push("started");
  };
  const progress = () => {
    clearTimeout(timer);
    if (over || left || !started) return;
    collect();
    if (consent || JSON.stringify(known) !== told) push("progress", typedAt);
    typedAt = 0;
  };

  // --- Sending ----------------------------------------------------------------------------------------------------

  const queue = []; // what did not arrive yet; the state goes along with whichever is sent next
  let busy = false;
  let failures = 0;
  let retry;
  const waiting = [];

  const push = (event, at) => {
    if (dead) return;
    const last = queue[queue.length - 1];
    if (last && last.event === event && !last.sending) last.at = at || Date.now();
    else queue.push({ event, at: at || Date.now() });
    pump();
  };
  const bodyOf = (event, at) => {
    const b = { scheduler, session, event };
    if (event !== "heartbeat") {
      Object.assign(b, known, { page_url: cut(location.origin + location.pathname, 2000), locale: navigator.language });
      try {
        b.timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      } catch (e) {}
      if (consent) b.consent = consent;
    }
    // How long ago, and not when: the visitor's clock may be wrong. That of the typing, so that news which is overtaken by the
    // page's end does not look like somebody who came back.
    const age = Date.now() - at;
    if (age > 0) b.age_ms = age;
    return JSON.stringify(b);
  };
  const endpoint = base + "v1/session-events";
  const request = (path, init) =>
    fetch(path, Object.assign({ credentials: "omit", cache: "no-store", headers: { Authorization: "Bearer " + key, "Content-Type": "application/json" } }, init));

  const pump = () => {
    if (dead || !queue.length) return settle(!dead);
    if (busy || !ready) return;
    busy = true;
    const item = queue[0];
    const state = JSON.stringify(known);
    const ticked = item.event === "heartbeat" ? null : consent;
    item.sending = true;
    request(endpoint, { method: "POST", keepalive: true, body: bodyOf(item.event, item.at) })
      .then((answer) => {
        say(item.event, answer.status);
        if (answer.status === 401 || answer.status === 403) {
          dead = true;
          answer.text().then((text) => say("refused, nothing more is sent:", text));
        } else if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Error("status " + answer.status);
        else if (!answer.ok) {
          answer.text().then((text) => say("dropped:", text));
          settle(false);
        } else if (item.event !== "heartbeat") {
          told = state;
          if (consent === ticked) consent = null;
        }
        queue.shift();
        failures = 0;
        busy = false;
        pump();
      })
      .catch((e) => {
        // Offline, blocked, or the daemon is down: it is tried again, ever more seldom, as long as the page is open.
        busy = item.sending = false;
        say(item.event, "did not arrive:", e.message);
        settle(false);
        clearTimeout(retry);
        retry = setTimeout(safe(pump), Math.min(60000, 2000 * 2 ** failures++));
      });
  };
  const settle = (arrived) => waiting.splice(0).forEach((done) => done(arrived));
  const arrived = () =>
    new Promise((done) => {
      waiting.push(done);
      safe(pump)();
    });

  const beacon = (event) => {
    const body = bodyOf(event, Date.now());
    const path = endpoint + "?key=" + encodeURIComponent(key);
    try {
      if (navigator.sendBeacon(path, body)) return;
    } catch (e) {}
    fetch(path, { method: "POST", keepalive: true, credentials: "omit", headers: { "Content-Type": "text/plain" }, body }).catch(() => {});
  };

  // --- Coming and going -------------------------------------------------------------------------------------------

  const leave = () => {
    if (!ready || !started || left || over || dead) return;
    clearTimeout(timer);
    collect();
    left = true;
    beacon("abandoned");
    say("abandoned");
  };
  const come = () => {
    if (!started || over) return;
    left = false;
    push("heartbeat");
  };
  const complete = (data, going) => {
    if (data) set(data);
    collect();
    clearTimeout(timer);
    over = true;
    keep("session", "");
    keep("token", "");
    session = session || newID();
    if (going) beacon("completed");
    else {
      queue.length = busy ? 1 : 0; // what waits would say less than this
      push("completed");
    }
    say("completed");
    return arrived();
  };

  // Returning from the back/forward cache is coming back. A tab in the background is silent and not left: the daemon counts it
  // as left after a minute of silence, and the heartbeat of its return takes that back.
  listen(window, "pagehide", leave);
  listen(window, "pageshow", (e) => e.persisted && come());
  listen(window, "online", () => pump());
  listen(document, "visibilitychange", () => {
    // A page that is closed hides first: what it would say here must not overtake that it was left.
    if (document.hidden) setTimeout(safe(progress), 50);
    else come();
  });
  setInterval(safe(() => {
    if (started && !document.hidden && !over && !left && !queue.length) push("heartbeat");
  }), beat);

  const onInput = (e) => {
    const el = e.composedPath ? e.composedPath()[0] : e.target;
    if (!isField(el)) return;
    if (e.isTrusted) (el.type === "radio" && el.name ? document.getElementsByName(el.name) : [el]).forEach((t) => touched.add(t));
    const [role] = look(el);
    if (!role || over) return;
    if (role === "consent") {
      if (!e.isTrusted || e.type !== "change") return; // only a person consents
      tick(el.checked, consentWords(el));
      return;
    }
    const value = valueOf(el, role);
    if (value === undefined) return;
    put(role, value);
    soon(e.type === "change" ? 300 : 800);
  };
  const tick = (sms, text) => {
    consent = { sms: !!sms, text: cut(tidy(text), 2000) };
    say("consent", consent);
    soon(300);
  };
  listen(document, "input", onInput);
  listen(document, "change", onInput);
  listen(document, "focusin", (e) => {
    if (!isField(e.target)) return;
    look(e.target); // remembers a password before it is shown
    const step = e.target.closest("[data-rebook-step]");
    if (step) put("step", step.getAttribute("data-rebook-step"));
  });

  // A form that the browser itself submits is a finished booking, unless it says that it is one step of several. One that a
  // script submits is finished when the script says so. Where no form is marked it must be the one that holds the phone
  // number, or was ticked in: a page has other forms, and a newsletter is no booking.
  listen(window, "submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || over || form.getAttribute("data-rebook-submit") === "step") return;
    const all = fields();
    const of = (test) => all.filter(([el, role]) => test.test(role) && (role === "consent" ? touched.has(el) : el.value));
    const phones = of(/^phone$/);
    const telling = form.closest("[data-rebook-form]") ? of(/^(phone|email)$/) : phones.length ? phones : of(/^consent$/);
    if (telling.some(([el]) => el.form === form)) complete(null, true);
  }, false);

  // --- Bringing it back -------------------------------------------------------------------------------------------

  const heard = {};
  const happened = {};
  const emit = (name, data) => {
    happened[name] = [data];
    (heard[name] || []).forEach((fn) => safe(fn)(data));
  };
  const flat = (v) => {
    const c = v.customer || {};
    const out = Object.assign({ service: v.service, preferred: v.preferred }, c, c.address);
    out.name = tidy([c.first_name, c.last_name].filter(Boolean).join(" "));
    for (const name in v.fields || {}) out["fields." + name] = v.fields[name];
    return out;
  };
  const native = (el, property, value) => {
    // By the prototype's setter, so that frameworks which watch their own notice the events that follow.
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(el), property).set.call(el, value);
    for (const type of ["input", "change"]) el.dispatchEvent(new Event(type, { bubbles: true }));
  };
  const fill = (v) => {
    const values = flat(v);
    for (const [el, role] of fields()) {
      const value = values[role];
      if (touched.has(el)) continue; // typed meanwhile
      if (role === "consent") {
        const same = v.consent && v.consent.sms && tidy(v.consent.text) === consentWords(el);
        if (same && !el.checked) native(el, "checked", true); // shown as it was left; it is on record already
      } else if (!value || value.includes("[removed]")) continue;
      else if (el.type === "radio") {
        if (choiceOf(el) === value && !el.checked) native(el, "checked", true);
      } else if (el.type === "checkbox") {
        if (!el.checked) native(el, "checked", true);
      } else if (el.tagName === "SELECT") {
        const option = Array.from(el.options).find((o) => o.value && (o.text === value || o.value === value));
        if (option && el.selectedIndex < 1) native(el, "value", option.value);
      } else if (!el.value || el.value === el.defaultValue) native(el, "value", value);
    }
  };

  // redeem asks for what the customer had typed and goes on under the same session.
  const redeem = async (token) => {
    const answer = await request(base + "v1/prefill/" + encodeURIComponent(token));
    say("link", answer.status);
    if (answer.status === 410) {
      keep("token", "");
      return () => emit("ended");
    }
    if (!answer.ok) return;
    const v = await answer.json();
    session = v.session;
    return () => {
      fill(v);
      emit("restore", v);
    };
  };

  const tokenOf = () => {
    const here = new URL(location.href);
    const token = here.searchParams.get("rebook");
    if (token === null) return kept("token");
    here.searchParams.delete("rebook"); // out of the address bar, the history and whatever else reads it
    history.replaceState(history.state, "", here.href);
    keep("token", token);
    return token;
  };

  const loaded = () => new Promise((done) => (document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", done) : done()));
  const boot = async () => {
    if (!key) return say("no data-key on the script: nothing is reported");
    session = kept("session");
    const token = safe(tokenOf)();
    let after;
    if (token && /^[\w-]{16,64}$/.test(token)) {
      const slow = new Promise((done) => setTimeout(done, 8000));
      after = await Promise.race([redeem(token).catch((e) => say("link", e.message)), slow]);
    } else if (token) after = () => emit("ended");
    session = session || newID();
    keep("session", session);
    await loaded();
    ready = true;
    if (after) safe(after)();
    if (debugging) api.debug();
    if (fields().length) begin();
    progress();
    pump();
    document.dispatchEvent(new CustomEvent("rebook:ready"));
  };

  // --- For the page -----------------------------------------------------------------------------------------------

  const set = (data) => {
    const values = flat(data || {});
    for (const role in values) if (typeof values[role] !== "object" && values[role] !== undefined && (role !== "name" || values.name)) put(role, values[role]);
    if (data && data.step) put("step", data.step);
    if (data && data.value_cents !== undefined) put("value_cents", data.value_cents);
  };
  const api = {
    version,
    get session() {
      return session;
    },
    set: safe((data) => {
      set(data);
      soon(300);
    }),
    step: safe((name) => {
      put("step", name);
      soon(300);
    }),
    consent: safe(tick),
    complete: safe((data) => complete(data)),
    leave: safe(leave),
    flush: safe(() => {
      progress();
      return arrived();
    }),
    on: safe((name, fn) => {
      (heard[name] = heard[name] || []).push(fn);
      if (happened[name]) safe(fn)(happened[name][0]);
    }),
    debug: safe(() => {
      const seen = Array.from(document.querySelectorAll("input,select,textarea")).map((el) => {
        const [role, why] = look(el);
        return { field: el.name || el.id || el.type, role: role || "-", why };
      });
      console.info("[rebook] " + version, { scheduler, session, base, started, left, over, queue: queue.map((q) => q.event) });
      console.table(seen);
      return seen;
    }),
  };
  window.rebook = Object.freeze(api);
  boot().catch((e) => say("error", e));
})();
