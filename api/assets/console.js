// The console's one script: when the daemon says that something changed, the page is fetched again and what differs is put in place.
// Forms stand outside of what is replaced, so that nobody loses what they type. A page that tells of a refused form has the form's address,
// where there is nothing to fetch: it names its own.
"use strict";
(() => {
  let busy = false, again = false, gone;
  // What others wrote or did while one types is told beside the text, and counts as seen when there was time to read it.
  const sight = (page) => [...page.querySelectorAll("#live input[type=hidden][form=reply]")];
  const overtaken = (page) => {
    const fresh = sight(page), told = document.getElementById("meanwhile");
    if (!told || !document.getElementById("body").value.trim() || sight(document).every((old, i) => old.value === fresh[i]?.value)) return false;
    told.hidden = false;
    told.textContent = told.dataset.text;
    setTimeout(() => sight(document).forEach((old, i) => { if (fresh[i]) old.value = fresh[i].value; }), 2000);
    return true;
  };
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(document.body.dataset.here || location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (answer.redirected && new URL(answer.url).pathname === "/console/login") {
        const typed = [...document.querySelectorAll("textarea")].some((t) => t.value !== t.defaultValue);
        if (!typed) location.assign(answer.url); // who has typed something may sign in elsewhere, and send it then
        return;
      }
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const bottom = innerHeight + scrollY >= document.body.scrollHeight - 40;
      const late = overtaken(page);
      for (const old of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(old.id);
        if (fresh) Idiomorph.morph(old, fresh, { callbacks: { beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS") && !(late && node.matches("input[form=reply]")) } });
      }
      look();
      clearTimeout(gone);
      if (document.getElementById("typing")) gone = setTimeout(refresh, 9000); // nobody tells when somebody stops
      if (bottom && document.querySelector(".messages")) scrollTo(0, document.body.scrollHeight);
    } catch { /* the stream tells again when the daemon is back */ } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  };
  // A conversation that is looked at is read.
  const look = () => {
    const seen = document.querySelector("#live input[name=seen][data-unread]");
    if (!seen || document.visibilityState !== "visible") return;
    fetch(location.pathname + "/seen", { method: "POST", credentials: "same-origin", body: new URLSearchParams({ seen: seen.value }) }).catch(() => {});
  };
  look();
  document.addEventListener("visibilitychange", look);
  const answer = document.getElementById("body");
  let signed = 0;
  answer?.addEventListener("input", () => {
    if (!answer.value.trim() || Date.now() - signed < 4000) return;
    signed = Date.now();
    fetch(answer.form.action.replace(/reply$/, "typing"), { method: "POST", credentials: "same-origin" }).catch(() => {});
  });
  const stream = new EventSource("/console/events");
  stream.addEventListener("changed", refresh);
  stream.addEventListener("open", refresh); // what changed since the page was made, or while nobody listened
  addEventListener("pageshow", (e) => { if (e.persisted) refresh(); });
  setInterval(refresh, 60000); // times left run on without a change
  // Shortcuts: single keys can be switched off, for those whose tools press keys of their own (WCAG 2.2, 2.1.4).
  const off = () => { try { return localStorage.getItem("rebook-keys") === "off"; } catch { return false; } };
  const help = document.getElementById("keyboard"), use = document.getElementById("use-keys"), show = document.getElementById("show-keys");
  if (help) {
    use.checked = !off();
    use.addEventListener("change", () => { try { localStorage.setItem("rebook-keys", use.checked ? "on" : "off"); } catch { /* kept for this page only */ } });
    show.hidden = false;
    show.addEventListener("click", () => help.showModal());
  }
  const step = (by) => {
    const rows = [...document.querySelectorAll(".rows a")], at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(0, at < 0 ? 0 : at + by), rows.length - 1)]?.focus();
  };
  addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target.id === "body") e.target.form.requestSubmit();
    const at = e.composedPath()[0]; // within an editor's shadow root too
    if (off() || help?.open || e.ctrlKey || e.metaKey || e.altKey || at.isContentEditable || at.matches?.("input, textarea, select")) return;
    const goes = { t: "/console", i: "/console/inbox", s: "/console/sessions", r: "/console/reports", c: "/console/calendar" }[e.key];
    if (goes) location.assign(goes);
    else if (e.key === "?" && help) help.showModal();
    else if (e.key === "j") step(1);
    else if (e.key === "k") step(-1);
    else if (e.key === "u") { const up = document.querySelector(".crumb a"); if (up) location.assign(up.href); }
    else if (e.key === "a") { const body = document.getElementById("body"); if (body) { e.preventDefault(); setTimeout(() => body.focus(), 50); } }
  });
})();
