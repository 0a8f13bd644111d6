// Writing in a draft: each sentence is a field that looks like text, and the note is saved while it is written.
// What is not saved yet stays in the page alone; the browser asks before it is left.
"use strict";

(() => {
  const form = document.getElementById("note-form");
  if (!form || !form.querySelector("[name=version]")) return;
  const QUIET = 800, LONGEST = 5000, AGAIN = 5000, UNDO = 6000; // milliseconds
  const all = (selector, root = form) => [...root.querySelectorAll(selector)];
  const one = (selector, root = form) => root.querySelector(selector);
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");
  const blank = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
  const fieldOf = (sentence) => one("textarea", sentence);
  const state = document.getElementById("save-state");
  let dirty = 0, saved = 0, timer, since = 0, running = null, refused = false;

  // Fields as high as their text, where the browser does not do so by itself.
  const grows = CSS.supports("field-sizing", "content");
  function fit(field) {
    if (grows || !field.offsetParent) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }
  const fitAll = () => all("textarea").forEach(fit);
  fitAll();
  addEventListener("resize", fitAll);
  document.addEventListener("click", (event) => { if (event.target.closest("[role=tab]")) fitAll(); });

  // Saving
  function say(name, more = "") {
    if (!state) return;
    const text = [state.dataset[name], more].filter(Boolean).join(" ");
    if (state.textContent !== text) state.textContent = text;
    state.className = `save-state is-${name}`;
  }
  function touched() {
    dirty += 1;
    refused = false;
    if (!running) say("waits");
    const now = Date.now();
    since = since || now;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(QUIET, since + LONGEST - now)));
  }
  function sent() {
    const sections = all("[data-section]").map((section) => ({
      key: section.dataset.section,
      sentences: all("li.sentence", section).flatMap((sentence) => {
        const text = fieldOf(sentence).value.trim();
        if (!text) return [];
        const id = sentence.dataset.sentence;
        if (!id) sentence.dataset.key = sentence.dataset.key || crypto.randomUUID();
        return [id ? { id, text } : { key: sentence.dataset.key, text }];
      }),
    }));
    return { body: JSON.stringify({ sections }), version: one("[name=version]").value };
  }
  function post(address, values) {
    return fetch(address, {
      method: "POST",
      body: new URLSearchParams(values),
      headers: { "X-CSRF-Token": cookie("csrftoken"), Accept: "application/json" },
      credentials: "same-origin",
    });
  }
  // One request at a time: what was typed meanwhile follows.
  function save() {
    clearTimeout(timer);
    if (running) return running.then(() => (dirty > saved ? save() : undefined));
    if (dirty === saved) return Promise.resolve(true);
    const upTo = dirty;
    since = 0;
    say("saving");
    running = post(form.action, sent()).then(async (answer) => {
      if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("away");
      const found = await answer.json();
      if (!answer.ok) {
        if (answer.status >= 500) throw new Error("away");
        refused = true;
        say("refused", found.message);
        return false;
      }
      saved = upTo;
      took(found);
      say(dirty > saved ? "waits" : "saved", found.words);
      if (found.merged) await anew();
      return true;
    }).catch(() => {
      say("offline");
      timer = setTimeout(save, AGAIN);
      return false;
    }).finally(() => {
      running = null;
      if (dirty > saved && !refused) { clearTimeout(timer); timer = setTimeout(save, state.classList.contains("is-offline") ? AGAIN : QUIET); }
    });
    return running;
  }
  function took({ version, ids = {}, open, kept }) {
    one("[name=version]").value = version;
    for (const sentence of all("li[data-key]")) {
      const id = ids[sentence.dataset.key];
      if (!id) continue;
      delete sentence.dataset.key;
      name(sentence, id);
    }
    for (const sentence of all("li.sentence")) {
      const flags = one("[data-flags]", sentence), id = sentence.dataset.sentence;
      if (!flags) continue;
      const isOpen = open.includes(id), isKept = kept.includes(id);
      sentence.classList.toggle("is-open", isOpen);
      flags.hidden = !isOpen && !isKept;
      one("[data-while=open]", flags).hidden = !isOpen;
      one("[data-while=kept]", flags).hidden = !isKept;
    }
    count();
  }
  function name(sentence, id) {
    sentence.dataset.sentence = id;
    sentence.id = `sentence-${id}`;
    one("[name=id]", sentence).value = id;
  }
  const open = () => all("li.sentence.is-open:not(.is-removed)");
  function count() {
    const note = one("[data-open]"), left = open().length;
    if (!note) return;
    const words = one("[data-open-words]", note), text = left === 1 ? words.dataset.one : words.dataset.many.replace("#", left);
    if (words.textContent.trim() !== text) words.textContent = text;
    note.hidden = !left;
  }
  function goToOpen() {
    const next = open()[0];
    if (!next) return;
    next.dispatchEvent(new CustomEvent("note:show", { bubbles: true }));
    (one("[data-while=open] button", next) || fieldOf(next)).focus({ preventScroll: true });
  }
  // Another had saved: the whole is drawn anew, and what is being typed stays where it is.
  async function anew() {
    const focused = document.activeElement, at = focused.closest && focused.closest("li.sentence");
    const typed = at && dirty > saved ? focused.value : null, caret = at && [focused.selectionStart, focused.selectionEnd];
    await window.htmx.ajax("GET", location.pathname + location.search, { target: "#written", swap: "outerHTML" });
    const again = at && at.dataset.sentence && document.getElementById(`sentence-${at.dataset.sentence}`);
    fitAll();
    if (!again) return;
    const field = fieldOf(again);
    if (typed !== null) field.value = typed;
    field.focus();
    field.setSelectionRange(...caret);
  }

  // Sentences
  function made(section, text = "") {
    const sentence = blank("sentence-blank"), field = fieldOf(sentence);
    one("[name=section]", sentence).value = section.dataset.section;
    field.value = text;
    one(".sentence-source", sentence).append(blank("by-hand"));
    return sentence;
  }
  function renumber() {
    for (const section of all("[data-section]")) {
      all("li.sentence:not(.no-scripts)", section).forEach((sentence, at) => {
        fieldOf(sentence).setAttribute("aria-label", `${section.dataset.title} ${at + 1}`);
        one("[name=section]", sentence).value = section.dataset.section;
      });
    }
  }
  function changed() { renumber(); touched(); form.dispatchEvent(new Event("change")); }
  function put(caret, field) { field.focus(); field.setSelectionRange(caret, caret); }
  const sentences = () => all("li.sentence").filter((each) => each.offsetParent);

  function split(sentence, field) {
    const head = field.value.slice(0, field.selectionStart).trimEnd(), tail = field.value.slice(field.selectionEnd).trimStart();
    const next = made(sentence.closest("[data-section]"), head ? tail : "");
    field.value = head || tail;
    if (head) sentence.after(next); else sentence.before(next);
    [field, fieldOf(next)].forEach(fit);
    put(0, fieldOf(next));
    changed();
  }
  function join(sentence, before) {
    const field = fieldOf(before), rest = fieldOf(sentence).value.trim(), caret = field.value.trimEnd().length;
    field.value = [field.value.trimEnd(), rest].filter(Boolean).join(" ");
    sentence.remove();
    fit(field);
    put(rest && caret ? caret + 1 : caret, field);
    changed();
  }
  function move(sentence, up) {
    const field = fieldOf(sentence), caret = field.selectionStart;
    const near = up ? sentence.previousElementSibling : sentence.nextElementSibling;
    const goes = near && near.matches("li.sentence:not(.no-scripts)");
    if (goes) { if (up) near.before(sentence); else near.after(sentence); } else {
      const sections = all("[data-section]"), to = sections[sections.indexOf(sentence.closest("[data-section]")) + (up ? -1 : 1)];
      if (!to) return;
      if (up) one(".sentences", to).append(sentence); else one(".sentences", to).prepend(sentence);
    }
    put(caret, field);
    changed();
  }
  form.addEventListener("keydown", (event) => {
    const field = event.target, sentence = field.matches("textarea") && field.closest("li.sentence");
    if (!sentence || event.isComposing) return;
    const atStart = field.selectionEnd === 0, atEnd = field.selectionStart === field.value.length;
    const list = sentences(), place = list.indexOf(sentence), same = (other) => other && other.parentElement === sentence.parentElement;
    const act = {
      Enter: () => ((event.ctrlKey || event.metaKey) ? sentence.dispatchEvent(new CustomEvent("sentence:play", { bubbles: true })) : split(sentence, field)),
      Backspace: atStart && same(list[place - 1]) && (() => join(sentence, list[place - 1])),
      Delete: atEnd && field.selectionEnd === field.value.length && same(list[place + 1]) && (() => join(list[place + 1], sentence)),
      ArrowUp: event.altKey ? () => move(sentence, true) : atStart && list[place - 1] && (() => { const to = fieldOf(list[place - 1]); put(to.value.length, to); }),
      ArrowDown: event.altKey ? () => move(sentence, false) : atEnd && list[place + 1] && (() => put(0, fieldOf(list[place + 1]))),
    }[event.key];
    if (!act || (event.key.startsWith("Arrow") && event.shiftKey)) return;
    event.preventDefault();
    act();
  });
  form.addEventListener("input", (event) => {
    const field = event.target, sentence = field.closest("li.sentence");
    if (!sentence) return;
    sentence.dispatchEvent(new CustomEvent("sentence:typed", { bubbles: true }));
    const lines = field.value.split(/\n+/);
    if (lines.length > 1) { // pasted: a line is a sentence
      field.value = lines.shift();
      let last = sentence;
      for (const line of lines.filter((each) => each.trim())) { const next = made(sentence.closest("[data-section]"), line.trim()); last.after(next); last = next; }
      all("textarea").forEach(fit);
      put(fieldOf(last).value.length, fieldOf(last));
      renumber();
    }
    fit(field);
    touched();
  });

  // Buttons: add, keep, remove
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button, a"), sentence = button && button.closest("li.sentence");
    if (!button) return;
    if (button.matches("[data-add]")) {
      const section = button.closest("[data-section]"), list = one(".sentences", section);
      const empty = all("li.sentence", section).find((each) => each.offsetParent && !fieldOf(each).value.trim());
      const next = empty || made(section);
      if (!empty) list.append(next);
      renumber();
      put(0, fieldOf(next));
    } else if (button.matches("[data-keeps]")) {
      event.preventDefault();
      keep(button, sentence);
    } else if (button.matches("[data-removes]")) {
      event.preventDefault();
      remove(sentence);
    } else if (button.matches("[data-next-open]")) {
      event.preventDefault();
      goToOpen();
    }
  });
  async function keep(button, sentence) {
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      await save();
      const answer = await post(button.formAction, { [button.name]: sentence.dataset.sentence });
      const found = await answer.json();
      if (!answer.ok) { say("refused", found.message); return; }
      took(found);
      say(dirty > saved ? "waits" : "saved");
      if (all("li.sentence").some((each) => each.dataset.sentence && !found.sentences.includes(each.dataset.sentence))) await anew();
      else (one("[data-flags] div:not([hidden]) button, [data-flags] p:not([hidden]) button", sentence) || fieldOf(sentence)).focus();
    } catch {
      say("offline");
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
  function remove(sentence) {
    const line = blank("removed-line");
    sentence.classList.add("is-removed");
    sentence.append(line);
    count();
    const gone = setTimeout(() => {
      const had = sentence.contains(document.activeElement), next = sentence.nextElementSibling || sentence.previousElementSibling;
      sentence.remove();
      if (had && next && next.offsetParent) fieldOf(next).focus();
      changed();
    }, UNDO);
    one("[data-undo]", line).addEventListener("click", () => {
      clearTimeout(gone);
      line.remove();
      sentence.classList.remove("is-removed");
      fieldOf(sentence).focus();
      count();
    });
    one("[data-undo]", line).focus();
  }

  // Signing waits for what is not saved, and for what is not decided.
  document.querySelectorAll("[data-signs]").forEach((link) => link.addEventListener("click", async (event) => {
    all("li.is-removed").forEach((sentence) => { sentence.remove(); touched(); });
    if (open().length) { event.preventDefault(); goToOpen(); return; }
    if (dirty === saved) return;
    event.preventDefault();
    await save();
    if (dirty === saved) location.assign(link.href);
  }));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["online"]) addEventListener(name, () => { if (dirty > saved) save(); });
  for (const name of ["reconnected", "session-back"]) document.body.addEventListener(name, () => { if (dirty > saved) save(); });
  addEventListener("beforeunload", (event) => { if (dirty > saved || running) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty > saved) save(); });
  renumber();
  count();
})();
