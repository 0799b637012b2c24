// The console's one script: when the daemon says that something changed, the page is fetched again and what differs is put in place.
// Forms stand outside of what is replaced, so that nobody loses what they type.
"use strict";
(() => {
  let busy = false, again = false;
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (answer.redirected && new URL(answer.url).pathname === "/console/login") { location.assign(answer.url); return; }
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const bottom = innerHeight + scrollY >= document.body.scrollHeight - 40;
      for (const old of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(old.id);
        if (fresh) Idiomorph.morph(old, fresh, { callbacks: { beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS") } });
      }
      if (bottom && document.querySelector(".messages")) scrollTo(0, document.body.scrollHeight);
    } catch { /* the stream tells again when the daemon is back */ } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  };
  const stream = new EventSource("/console/events");
  stream.addEventListener("changed", refresh);
  let begun = false;
  stream.addEventListener("open", () => { if (begun) refresh(); begun = true; });
  addEventListener("pageshow", (e) => { if (e.persisted) refresh(); });
  setInterval(refresh, 60000); // times left run on without a change
  addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target.id === "body") e.target.form.requestSubmit();
    if (e.target.matches("input, textarea, select") || e.ctrlKey || e.metaKey || e.altKey) return;
    const goes = { t: "/console", i: "/console/inbox", s: "/console/sessions", r: "/console/reports" }[e.key];
    if (goes) location.assign(goes);
    if (e.key === "a") { const body = document.getElementById("body"); if (body) { e.preventDefault(); body.focus(); } }
  });
})();
