// The end of a session that nobody uses: said two minutes before, put off by who is there, and seen in every tab.
"use strict";

(() => {
  const dialog = document.getElementById("session-ends");
  if (!dialog) return;
  const KEY = "vitas-session";
  const { who, state, seen } = dialog.dataset;
  const idle = Number(dialog.dataset.idle), warned = Math.min(120, idle / 3);
  const part = (name) => dialog.querySelector(`[data-part=${name}]`);
  const said = dialog.querySelector("[data-said]"), count = dialog.querySelector("[data-count]");
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");
  let ends = Date.now() + Number(dialog.dataset.left) * 1000, beaten = Date.now();
  let token = cookie("csrftoken");
  let active = false, over = false, asking = false, written = false, before = null;

  // Other tabs of this browser have the same session.
  function know(moment) {
    ends = moment;
    try { localStorage.setItem(KEY, JSON.stringify({ who, ends })); } catch { /* a browser that keeps nothing */ }
  }
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== KEY || !newValue) return;
    const told = JSON.parse(newValue);
    if (told.who !== who || over) ask();
    else ends = Math.max(ends, told.ends);
  });

  async function ask() { await learn(() => fetch(state, { headers: { "X-By-Itself": "1" } })); }
  async function beat() {
    active = false;
    beaten = Date.now();
    await learn(() => fetch(seen, { method: "POST", headers: { "X-CSRF-Token": cookie("csrftoken") } }));
  }
  async function learn(request) {
    if (asking) return;
    asking = true;
    try {
      const answer = await request();
      if (!answer.ok || !(answer.headers.get("Content-Type") || "").includes("json")) return;
      const told = await answer.json();
      if (told.secondsLeft > 0 && told.who !== who) location.reload(); // somebody else is signed in here by now
      else if (told.secondsLeft > 0) goesOn(told.secondsLeft);
      else end(Date.now() >= ends - 5000 ? "idle" : "elsewhere");
    } catch { /* no connection: the next second asks again */ } finally { asking = false; }
  }

  function goesOn(seconds) {
    know(Date.now() + seconds * 1000);
    // Whoever signed in again, in another tab, has a new token; what was written in this one can be sent with it.
    if (cookie("csrftoken") !== token) {
      token = cookie("csrftoken");
      document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    }
    if (over) {
      over = false;
      document.body.dispatchEvent(new CustomEvent("session-back"));
    }
    if (seconds > warned) close();
  }

  function open(name) {
    for (const each of ["soon", "ended"]) part(each).hidden = each !== name;
    dialog.setAttribute("aria-labelledby", part(name).querySelector("h2").id = `session-${name}`);
    dialog.classList.toggle("is-over", name === "ended");
    if (dialog.open) return;
    before = document.activeElement;
    dialog.showModal();
  }
  function close() {
    if (!dialog.open) return;
    dialog.close();
    said.textContent = "";
    if (before && before.isConnected) before.focus({ preventScroll: true });
  }

  function end(because) {
    if (over) return;
    over = true;
    dialog.querySelectorAll("[data-because]").forEach((line) => { line.hidden = line.dataset.because !== because; });
    dialog.querySelector("[data-written]").hidden = !written;
    const link = dialog.querySelector("[data-sign-in]");
    link.target = written ? "_blank" : "";
    open("ended");
    said.textContent = part("ended").querySelector("h2").textContent;
    link.focus();
  }

  function tick() {
    const left = Math.round((ends - Date.now()) / 1000);
    if (over) return;
    if (cookie("csrftoken") !== token) ask();
    if (left <= 0) { ask(); return; }
    if (left <= warned) {
      if (!dialog.open) ask().then(() => { if (!over && ends - Date.now() <= warned * 1000) open("soon"); });
      count.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (dialog.open && (said.textContent === "" || [60, 30, 10].includes(left))) said.textContent = dialog.dataset.soon.replace("#", left);
      return;
    }
    close();
    const quiet = (Date.now() - beaten) / 1000;
    const kept = !document.hidden && document.querySelector("[data-keeps-session]");
    if ((active && quiet >= Math.min(60, idle / 5)) || (kept && quiet >= Math.min(240, idle / 3))) beat();
  }

  // Who types or points is there; a long text is written without a single request.
  for (const kind of ["keydown", "pointerdown", "input"]) {
    document.addEventListener(kind, () => { if (!dialog.open) active = true; }, { passive: true, capture: true });
  }
  document.addEventListener("input", (event) => { if (event.target.closest("form")) written = true; });
  document.addEventListener("submit", () => { written = false; });
  document.addEventListener("htmx:afterRequest", (event) => {
    const by = event.detail.requestConfig && event.detail.requestConfig.headers["X-By-Itself"];
    if (!by && event.detail.successful) know(Math.max(ends, Date.now() + (idle - 60) * 1000));
  });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); if (!over) beat(); });
  dialog.querySelector("[data-stay]").addEventListener("click", beat);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  document.body.addEventListener("session-ended", ask);
  setInterval(() => { if (over && !document.hidden) ask(); }, 5000);
  setInterval(tick, 1000);
  know(ends);
})();
