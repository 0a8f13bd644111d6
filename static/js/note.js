// The note beside what was said: a sentence plays and marks the words it rests on, a line shows where it went.
"use strict";

(() => {
  const page = document.getElementById("note-page");
  if (!page) return;
  const all = (selector, root = page) => [...root.querySelectorAll(selector)];
  const one = (selector, root = page) => root.querySelector(selector);
  const narrow = matchMedia("(max-width: 61.99rem)");

  const lineOf = (id) => document.getElementById(`said-${id}`);
  const linesOf = (sentence) => (sentence.dataset.evidence || "").split(" ").filter(Boolean).map(lineOf).filter(Boolean);
  const sentencesOf = (line) => all("[data-evidence]").filter((each) => each.dataset.evidence.split(" ").includes(line.dataset.line));
  const startOf = (line) => Number(line.dataset.start);
  const endOf = (line) => Number(line.dataset.end);

  // The sound. Without it everything below still marks and shows.
  const sound = one("[data-sound]"), audio = sound && one("audio", sound);
  const clock = (seconds) => {
    const whole = Math.floor(seconds), hours = Math.floor(whole / 3600), rest = String(whole % 60).padStart(2, "0");
    return hours ? `${hours}:${String(Math.floor(whole / 60) % 60).padStart(2, "0")}:${rest}` : `${Math.floor(whole / 60)}:${rest}`;
  };
  let stretches = [], current = null, scrolledAt = 0;

  function play(from, until) {
    if (!audio) return;
    audio.currentTime = from;
    stretches = until ? until : [];
    audio.play().catch(() => {});
  }
  function playLines(lines) {
    const joined = [];
    for (const line of [...lines].sort((a, b) => startOf(a) - startOf(b))) {
      const last = joined.at(-1);
      if (last && startOf(line) - last[1] < 1.5) last[1] = endOf(line);
      else joined.push([startOf(line), endOf(line)]);
    }
    if (joined.length) play(joined[0][0], joined);
  }
  function follow() {
    const at = audio.currentTime;
    if (stretches.length && at >= stretches[0][1]) {
      stretches.shift();
      if (stretches.length) audio.currentTime = stretches[0][0];
      else audio.pause();
    }
    one("[data-now]", sound).textContent = clock(at);
    const seek = one("[data-seek]", sound);
    seek.value = at;
    seek.setAttribute("aria-valuetext", clock(at));
    const line = audio.paused ? null : all("[data-line]").find((each) => startOf(each) <= at && at < endOf(each) + 0.3);
    if (line === current) return;
    if (current) current.classList.remove("is-playing");
    current = line || null;
    if (!current) return;
    current.classList.add("is-playing");
    if (Date.now() - scrolledAt > 4000) reveal(current);
  }
  if (audio) {
    all("[data-play], [data-back], [data-picture], [data-clock], [data-speed]", sound).forEach((each) => { each.hidden = false; });
    audio.controls = false;
    audio.hidden = true;
    const button = one("[data-play]", sound), seek = one("[data-seek]", sound);
    const shown = () => {
      one("[data-when=paused]", button).hidden = !audio.paused;
      one("[data-when=playing]", button).hidden = audio.paused;
      follow();
    };
    button.addEventListener("click", () => { stretches = []; if (audio.paused) audio.play().catch(() => {}); else audio.pause(); });
    one("[data-back]", sound).addEventListener("click", () => { stretches = []; audio.currentTime = Math.max(0, audio.currentTime - 5); });
    one("[data-speed] select", sound).addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
    seek.addEventListener("input", () => { stretches = []; audio.currentTime = Number(seek.value); });
    audio.addEventListener("loadedmetadata", () => { if (Number.isFinite(audio.duration)) seek.max = audio.duration; });
    for (const name of ["timeupdate", "seeked"]) audio.addEventListener(name, follow);
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, shown);
  }

  // Light: what the pointer or the focus is on. Mark: what was chosen last; it stays.
  const change = (name, wanted) => {
    all(`.${name}`).forEach((each) => { if (!wanted.includes(each)) each.classList.remove(name); });
    wanted.forEach((each) => each.classList.add(name));
  };
  const related = (place) => (place.dataset.line ? [place, ...sentencesOf(place)] : [place, ...linesOf(place)]);
  const placeOf = (target) => (target.closest ? target.closest("[data-line], li[data-sentence]") : null);
  function light(event) {
    const link = event.target.closest && event.target.closest("a[data-sentence], a[data-segment]");
    const aim = link && document.getElementById(link.dataset.sentence ? `sentence-${link.dataset.sentence}` : `said-${link.dataset.segment}`);
    const place = aim || placeOf(event.target);
    change("is-lit", place ? [...related(place), ...(aim ? [aim] : [])] : []);
  }
  page.addEventListener("pointerover", light);
  page.addEventListener("focusin", light);
  page.addEventListener("pointerleave", () => change("is-lit", []));
  page.addEventListener("focusin", (event) => { const place = placeOf(event.target); if (place && place.dataset.sentence !== undefined) quote(place); });

  function reveal(element) {
    if (!element || !element.offsetParent) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const box = element.closest("[data-lines]");
    if (box && box.scrollHeight > box.clientHeight + 4) {
      box.scrollTo({ top: element.offsetTop - box.clientHeight / 3, behavior: calm ? "auto" : "smooth" });
    } else element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }
  all("[data-lines]").forEach((box) => { for (const name of ["wheel", "touchmove", "keydown"]) box.addEventListener(name, () => { scrolledAt = Date.now(); }, { passive: true }); });

  // On a phone what was said is on another tab: the words stand under the sentence itself.
  function quote(sentence) {
    all(".sentence-quote").forEach((each) => { if (each.parentElement !== sentence) each.remove(); });
    const lines = narrow.matches ? linesOf(sentence) : [];
    if (!lines.length || one(".sentence-quote", sentence)) return;
    const quoted = document.createElement("div");
    quoted.className = "sentence-quote small";
    for (const line of lines.slice(0, 4)) {
      const said = document.createElement("p"), who = document.createElement("b");
      who.textContent = `${one(".said-who", line).textContent.trim()} ${one(".said-at", line).textContent.trim()}`;
      said.append(who, ` ${one(".said-text", line).textContent.trim()}`);
      quoted.append(said);
    }
    sentence.append(quoted);
  }

  function chooseSentence(sentence, heard = true) {
    const lines = linesOf(sentence);
    change("is-marked", [sentence, ...lines]);
    quote(sentence);
    if (!narrow.matches) reveal(lines[0]);
    scrolledAt = 0;
    if (heard) playLines(lines);
  }
  function chooseLine(line) {
    const sentences = sentencesOf(line);
    change("is-marked", [line, ...sentences]);
    if (!narrow.matches && sentences.length) reveal(sentences[0]);
    play(startOf(line));
  }
  page.addEventListener("sentence:play", (event) => chooseSentence(event.target));
  page.addEventListener("sentence:typed", () => { if (audio && !audio.paused) audio.pause(); });

  let before = null; // what had the focus when the pointer went down: a second click only sets the caret
  page.addEventListener("pointerdown", (event) => { before = event.pointerType === "mouse" ? document.activeElement : event.target; }, true);
  page.addEventListener("click", (event) => {
    const { target } = event, sentence = target.closest("li[data-sentence]"), line = target.closest("[data-line]");
    const link = target.closest("a[data-sentence], a[data-segment]");
    if (link) {
      const aim = document.getElementById(link.dataset.sentence ? `sentence-${link.dataset.sentence}` : `said-${link.dataset.segment}`);
      if (!aim) return;
      event.preventDefault();
      show(aim);
      if (aim.dataset.line) chooseLine(aim); else chooseSentence(aim, false);
      reveal(aim);
      (one("textarea, .chip-play", aim) || aim).focus({ preventScroll: true });
    } else if (target.closest("[data-plays]")) {
      event.preventDefault();
      chooseSentence(sentence);
    } else if (line) {
      if (!String(getSelection())) chooseLine(line);
    } else if (sentence && target.closest(".sentence-text") && !String(getSelection())) {
      if (target !== before) chooseSentence(sentence);
    }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && audio && !audio.paused) audio.pause(); });

  // Tabs where there is no room for all beside each other.
  const list = one("[role=tablist]"), tabs = list ? all("[role=tab]", list) : [];
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  function choose(tab) {
    tabs.forEach((each) => {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      const panel = panelOf(each);
      panel.hidden = narrow.matches && each !== tab;
      if (narrow.matches) panel.setAttribute("role", "tabpanel"); else panel.removeAttribute("role");
    });
  }
  function show(element) {
    const tab = tabs.find((each) => panelOf(each).contains(element));
    if (tab && narrow.matches) choose(tab);
  }
  if (tabs.length) {
    list.hidden = false;
    page.classList.add("has-tabs");
    tabs.forEach((tab) => tab.addEventListener("click", () => choose(tab)));
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
    const again = () => choose(tabs.find((tab) => tab.getAttribute("aria-selected") === "true") || tabs[0]);
    narrow.addEventListener("change", again);
    again();
  }
  if (location.hash.length > 1) { // came by a link to a sentence or a line
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (aim && page.contains(aim)) { show(aim); reveal(aim); const field = one("textarea", aim); if (field) field.focus({ preventScroll: true }); }
  }
  page.addEventListener("note:show", (event) => { show(event.target); reveal(event.target); });

  // A draft came: shown at once, unless somebody writes just now.
  const first = one("#progress") && one("#progress").dataset.ready;
  document.addEventListener("htmx:afterSettle", (event) => {
    const progress = event.detail.target && event.detail.target.id === "progress" && document.getElementById("progress");
    if (!progress || !progress.dataset.ready || progress.dataset.ready === first) return;
    if (page.contains(document.activeElement) && document.activeElement.matches("textarea")) one("[data-news]").hidden = false;
    else location.reload();
  });

  // The search for codes: arrows go through what was found.
  page.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], field = event.target.closest("#code-words, .code-choice");
    if (!field || !step) return;
    const choices = all(".code-choice"), next = choices[choices.indexOf(field) + step];
    if (next) next.focus(); else if (step < 0) one("#code-words").focus();
    if (choices.length) event.preventDefault();
  });
  page.addEventListener("submit", (event) => { if (event.target.matches(".code-search")) { event.preventDefault(); const first = one(".code-choice"); if (first) first.focus(); } });
})();
