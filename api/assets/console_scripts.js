// The editor of a script: highlighting, names that scripts know, mistakes at their line, and a preview that follows what is typed. It stands over
// the form's own textarea and writes into it, so that the form works the same without it. CodeMirror lives in a shadow root, where its styles
// are adopted sheets: the page's policy allows no others.
"use strict";
(() => {
  const form = document.getElementById("script"), area = document.getElementById("source");
  if (!form || !window.CodeMirror) return;
  const { EditorState, EditorView, keymap, lineNumbers, highlightActiveLine, highlightActiveLineGutter, drawSelection, history, historyKeymap, defaultKeymap, indentWithTab,
    StreamLanguage, HighlightStyle, syntaxHighlighting, indentUnit, bracketMatching, lua, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap,
    setDiagnostics, lintGutter, tags } = window.CodeMirror;
  const known = JSON.parse(document.getElementById("known").textContent);
  const types = new Map(known.types.map((t) => [t.name, t]));
  const words = ["and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"];

  // typeOf follows "ctx.windows[1]" or a local name to the type it has, as far as the text says.
  const typeOf = (path, text, depth = 0) => {
    if (depth > 4) return "";
    const parts = path.replace(/\[[^\]]*\]/g, ".[]").split(".");
    let type = parts[0] === "ctx" ? "Ctx" : "";
    if (!type) {
      const name = parts[0].replace(/\W/g, "");
      if (!name) return "";
      const each = text.match(new RegExp(`for\\s+\\w+\\s*,\\s*${name}\\s+in\\s+ipairs\\(\\s*([\\w.\\[\\]]+)`));
      const set = text.match(new RegExp(`local\\s+${name}\\s*=\\s*([\\w.\\[\\]]+)\\s*(?:\\n|$|or\\b)`));
      if (each) type = typeOf(each[1], text, depth + 1).replace(/\[\]$/, "");
      else if (set) type = typeOf(set[1], text, depth + 1);
    }
    for (const part of parts.slice(1)) {
      if (part === "[]") type = type.replace(/\[\]$/, "");
      else type = types.get(type)?.fields.find((f) => f.name === part)?.type || "";
    }
    return type;
  };
  const offer = (context) => {
    const chain = context.matchBefore(/[A-Za-z_][\w.\[\]]*$/);
    if (!chain && !context.explicit) return null;
    const typed = chain ? chain.text : "", dot = typed.lastIndexOf(".");
    const from = context.pos - (typed.length - dot - 1);
    if (dot >= 0) {
      const before = typed.slice(0, dot), text = context.state.sliceDoc(0, context.pos);
      const fields = types.get(typeOf(before, text))?.fields || [];
      const calls = known.functions.filter((f) => f.name.startsWith(before + "."));
      const options = [...fields.map((f) => ({ label: f.name, type: "property", detail: f.type, info: f.doc || undefined })),
        ...calls.map((f) => ({ label: f.name.slice(dot + 1), type: "function", detail: `(${f.args})`, info: f.doc || undefined }))];
      return options.length ? { from, options, validFor: /^\w*$/ } : null;
    }
    const proposal = (types.get("Proposal")?.fields || []).map((f) => ({ label: f.name, type: "property", detail: "return { … }", info: f.doc || undefined }));
    return { from, validFor: /^\w*$/, options: [{ label: "ctx", type: "variable", detail: "Ctx", info: "the facts" }, ...words.map((w) => ({ label: w, type: "keyword" })),
      ...known.functions.filter((f) => !f.name.includes(".")).map((f) => ({ label: f.name, type: "function", detail: `(${f.args})`, info: f.doc || undefined })), ...proposal] };
  };

  const look = EditorView.theme({
    "&": { color: "var(--text)", backgroundColor: "var(--card)", fontSize: "14px", height: "clamp(20rem, 64vh, 44rem)" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace', lineHeight: "1.55" },
    ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
    ".cm-cursor": { borderLeftColor: "var(--text)" },
    ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--quiet)", border: "none", borderRight: "1px solid var(--line)" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--link) 28%, transparent)" },
    ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--active-line) 60%, transparent)" },
    ".cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--link) 25%, transparent)", color: "inherit" },
    ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "8px", overflow: "hidden" },
    ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", lineHeight: "1.5" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
    ".cm-completionDetail": { color: "inherit", opacity: ".8", fontStyle: "normal" },
    ".cm-completionInfo": { padding: "6px 10px", maxWidth: "20rem" },
    ".cm-diagnostic": { padding: "6px 10px", borderLeftColor: "var(--bad)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "4px" },
    ".cm-wrong": { backgroundColor: "var(--bad-ground)" },
  });
  const colours = HighlightStyle.define([
    { tag: tags.keyword, color: "var(--key)", fontWeight: "600" }, { tag: tags.string, color: "var(--text-lit)" }, { tag: [tags.number, tags.bool, tags.atom], color: "var(--number)" },
    { tag: tags.comment, color: "var(--quiet-lit)", fontStyle: "italic" }, { tag: [tags.standard(tags.variableName), tags.function(tags.variableName)], color: "var(--link)" },
  ]);

  const host = document.createElement("div");
  host.className = "editor";
  host.id = "editor";
  const root = host.attachShadow({ mode: "open" });
  area.after(host);
  const save = () => { form.requestSubmit(form.querySelector("button:not([formaction])")); return true; };
  let wait = 0;
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({ doc: area.value, extensions: [
      lineNumbers(), EditorView.lineWrapping, highlightActiveLine(), highlightActiveLineGutter(), history(), drawSelection(), bracketMatching(), closeBrackets(), lintGutter(),
      indentUnit.of("  "), EditorState.tabSize.of(2), StreamLanguage.define(lua), syntaxHighlighting(colours), look,
      autocompletion({ override: [offer], icons: false }),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": "Source (Lua)", "aria-keyshortcuts": "Control+Space Control+S" }),
      keymap.of([{ key: "Mod-s", run: save, preventDefault: true }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, indentWithTab, ...defaultKeymap]),
      EditorView.updateListener.of((u) => {
        if (!u.docChanged) return;
        area.value = u.state.doc.toString();
        unsaved = area.value !== first;
        const old = document.getElementById("tests-old");
        if (old) old.hidden = false;
        clearTimeout(wait);
        wait = setTimeout(() => post("preview", ["#preview"]), 350);
      }),
    ] }),
  });
  let unsaved = form.hasAttribute("data-unsaved");
  const first = area.value;
  area.hidden = true;
  area.required = false; // a field that is not seen cannot be pointed at; the daemon refuses an empty source
  document.querySelector("label[for=source]").addEventListener("click", () => view.focus());

  // mark shows a mistake at its line, or takes it away.
  const mark = (line, message) => {
    const n = Math.min(Math.max(1, line), view.state.doc.lines), at = view.state.doc.line(n);
    view.dispatch(setDiagnostics(view.state, line ? [{ from: at.from + at.text.search(/\S|$/), to: at.to, severity: "error", message }] : []));
  };
  const read = () => {
    const wrong = document.getElementById("mistake");
    mark(wrong ? Number(wrong.dataset.line) : 0, wrong?.querySelector("b").textContent || "");
  };

  // tell puts words on top of the page; what comes next from the same place takes them away.
  const main = document.getElementById("main");
  const untell = (of) => { for (const old of main.querySelectorAll(`:scope > .problem${of}, :scope > .done${of}`)) old.remove(); };
  const tell = (words, of) => {
    const p = document.createElement("p");
    p.className = "problem";
    p.setAttribute("role", "alert");
    p.dataset.of = of;
    p.textContent = words;
    untell(`[data-of="${of}"]`);
    main.prepend(p);
  };

  // post sends the form and puts the parts of the page that comes back in their place. Only the newest answer counts. It gives whether an
  // answer came. Nothing is left by it but for the page of what was just saved or put to use, so that nobody loses what they typed.
  const turns = {};
  const post = async (where, parts, extra) => {
    const mine = turns[where] = (turns[where] || 0) + 1, body = new URLSearchParams(new FormData(form));
    if (extra) extra(body);
    const sent = area.value;
    const preview = document.getElementById("preview");
    preview.setAttribute("aria-busy", "true");
    let answer, text;
    try {
      answer = await fetch(form.getAttribute("action") + (where && "/" + where), { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
      text = await answer.text();
    } catch { // the daemon is away; the next keystroke tries a preview again
      preview.removeAttribute("aria-busy");
      if (where !== "preview") tell(form.dataset.away, where);
      return false;
    }
    if (mine !== turns[where]) return false;
    if (answer.redirected && new URL(answer.url).pathname === "/console/login") {
      preview.removeAttribute("aria-busy");
      tell(form.dataset.signedOut, "preview");
      return false;
    }
    if (answer.redirected) {
      unsaved = area.value !== sent; // what was sent was saved, or is the version that is in use now
      location.assign(answer.url);
      return true;
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    const problem = page.querySelector("main > .problem"), told = [page.querySelector("main > .done"), problem].filter(Boolean);
    untell(where === "preview" ? `[data-of="preview"]` : ""); // a preview comes by itself, and takes away nothing else
    for (const one of told) one.dataset.of = where;
    main.prepend(...told);
    if (!answer.ok && !problem) tell(form.dataset.away, where);
    for (const part of parts) {
      const old = document.querySelector(part), fresh = page.querySelector(part);
      if (old && fresh) Idiomorph.morph(old, fresh);
    }
    preview.removeAttribute("aria-busy");
    if (where !== "preview" && problem && page.getElementById("source")?.dataset.line) mark(Number(page.getElementById("source").dataset.line), problem.textContent);
    else read();
    return true;
  };

  // judge plays the tests with what is in the editor, or asks for a version to be used, and leads to what came of it. The editor stays as it is.
  const judge = async (where, button) => {
    const tests = document.getElementById("tests"), told = document.getElementById("tests-told");
    tests.setAttribute("aria-busy", "true");
    told.textContent = tests.dataset.playing;
    const answered = await post(where, ["#tests", ".facts", ".versions"], (body) => { if (button.name) body.set(button.name, button.value); });
    tests.removeAttribute("aria-busy");
    if (!answered) told.textContent = "";
    document.getElementById("h-tests").focus({ preventScroll: true });
    document.getElementById("h-tests").scrollIntoView({ block: "nearest" });
    tests.querySelector("[aria-invalid]")?.focus();
  };
  document.getElementById("session").addEventListener("change", () => post("preview", ["#preview"]));
  form.addEventListener("submit", (e) => {
    const id = e.submitter?.id || "", to = e.submitter?.getAttribute("formaction") || "";
    if (to.endsWith("/talk")) {
      e.preventDefault();
      const say = document.getElementById("say");
      post("talk", ["#talk"]).then(() => { const next = document.getElementById("say"); if (next) { next.value = ""; next.focus(); }
        document.querySelector("#talk .phone").scrollIntoView({ block: "nearest" }); });
      if (say) say.value = "";
    } else if (id === "talk-again") {
      e.preventDefault();
      post("preview", ["#talk"], (body) => body.delete("said"));
    } else if (to.endsWith("/preview")) {
      e.preventDefault();
      post("preview", ["#preview"]);
    } else if (/\/(test|activate|override)#tests$/.test(to)) {
      e.preventDefault();
      judge(to.match(/(\w+)#tests$/)[1], e.submitter);
    } else if (!to) {
      e.preventDefault();
      post("", [".versions", ".facts", "#base"]).then(() => main.querySelector(":scope > .problem")?.scrollIntoView({ block: "nearest" }));
    } else unsaved = false;
  });
  form.addEventListener("keypress", (e) => { // Enter would press the first button, which saves
    if (e.key === "Enter" && e.target.id === "say") { e.preventDefault(); form.requestSubmit(document.getElementById("talk-send")); }
    if (e.key === "Enter" && e.target.id === "override") { e.preventDefault(); form.requestSubmit(document.getElementById("all-the-same")); }
  });
  addEventListener("beforeunload", (e) => { if (unsaved) e.preventDefault(); });
  if (area.dataset.line) mark(Number(area.dataset.line), document.querySelector("main > .problem")?.textContent || "");
  else post("preview", ["#preview"]);
})();
