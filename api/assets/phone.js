// The demo's phone: the simulator's texts of one number, live, and a line to answer.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const path = "/simulator/phone/messages";
  const seen = new Set();
  let all = [];
  let number = ""; // of the customer; the one who was texted last, until another is chosen
  let picked = false;
  let peer = "";

  const customer = (m) => (m.direction === "inbound" ? m.from : m.to);
  const shown = (n) => n.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
  const clock = (at) => new Date(at).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });

  // linked makes the addresses in a text links, and nothing else of it: what is typed stays text.
  const linked = (el, body) => {
    for (const part of body.split(/(https?:\/\/[^\s<>"]+)/)) {
      if (!/^https?:\/\//.test(part)) {
        el.append(part);
        continue;
      }
      const [, address, rest] = /^(.*?)([.,;:!?)]*)$/.exec(part);
      el.append(Object.assign(document.createElement("a"), { href: address, textContent: address.replace(/^https?:\/\//, ""), target: "visit", rel: "opener" }), rest);
    }
  };

  const draw = () => {
    const numbers = [...new Set(all.map(customer))];
    const last = all.filter((m) => m.direction !== "inbound").pop();
    if (!picked && last) number = last.to;
    const list = $("number");
    if (numbers.join() !== list.dataset.of) {
      list.dataset.of = numbers.join();
      list.replaceChildren(...numbers.map((n) => Object.assign(document.createElement("option"), { value: n, textContent: shown(n) })));
      list.disabled = !numbers.length;
    }
    list.value = number;
    const mine = all.filter((m) => customer(m) === number);
    if (!mine.length) return;
    peer = mine[mine.length - 1].direction === "inbound" ? mine[mine.length - 1].to : mine[mine.length - 1].from;
    $("peer").textContent = shown(peer);
    const thread = $("thread");
    const key = number + mine.length;
    if (thread.dataset.of === key) return;
    thread.dataset.of = key;
    thread.replaceChildren();
    let minute = "";
    for (const m of mine) {
      if (clock(m.at) !== minute) {
        minute = clock(m.at);
        thread.append(Object.assign(document.createElement("p"), { className: "at", textContent: minute }));
      }
      const el = document.createElement("div");
      el.className = "text" + (m.direction === "inbound" ? " mine" : "") + (seen.has(m.sid) ? "" : " new");
      seen.add(m.sid);
      linked(el, m.body);
      thread.append(el);
    }
    thread.scrollTop = thread.scrollHeight;
    for (const el of $("answer").querySelectorAll("input,button")) el.disabled = false;
  };

  const poll = async () => {
    $("clock").textContent = clock(Date.now());
    try {
      all = (await (await fetch(path)).json()).items || []; // the demo's first thousand are enough for a demo
      draw();
    } catch (e) {} // the demo has ended, or is busy: the next try tells
    setTimeout(poll, 700);
  };

  $("number").addEventListener("change", (e) => {
    number = e.target.value;
    picked = true;
    draw();
  });
  $("answer").addEventListener("submit", async (e) => {
    e.preventDefault();
    const body = $("words").value.trim();
    if (!body || !peer) return;
    $("words").value = "";
    await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ from: number, to: peer, body }) });
  });
  poll();
})();
