// Who edits this: a form says so at its first change, and gives it back when it is left. Saving never waits for it.
"use strict";

(() => {
  const RENEW = 30000, LOOK = 15000, IDLE = 600000; // milliseconds
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");

  function watch(piece) {
    const form = piece.closest("form");
    let id = "", timer, touched = 0, asking = false, blocked = "";

    // What a page asks by itself keeps nobody signed in.
    function ask(what, sent) {
      return fetch(piece.dataset[what], {
        method: "POST",
        body: new URLSearchParams(sent),
        headers: { "X-CSRF-Token": cookie("csrftoken"), "X-By-Itself": "1" },
        credentials: "same-origin",
        keepalive: true,
      }).then((answer) => (answer.status === 200 || answer.status === 404 ? answer.json() : { state: "away" }), () => ({ state: "away" }));
    }

    function say(text) {
      if (piece.textContent.trim() === text) return;
      piece.textContent = text;
      piece.classList.toggle("is-said", Boolean(text));
    }

    function told({ state, by, since, id: mine }) {
      clearTimeout(timer);
      if (state === "other" || state === "window") {
        const at = new Date(since).toLocaleTimeString(document.documentElement.lang || [], { hour: "2-digit", minute: "2-digit" });
        say(state === "other" ? piece.dataset.other.replace("#name", by).replace("#time", at) : piece.dataset.window);
        blocked = state;
        timer = setTimeout(look, LOOK);
      } else if (state === "mine") {
        id = mine;
        blocked = "";
        say("");
        timer = setTimeout(renew, RENEW);
      } else if (blocked && state === "free") {
        say(blocked === "other" ? piece.dataset.freed : "");
        blocked = "";
      }
    }

    function look() {
      clearTimeout(timer);
      if (document.hidden) { timer = setTimeout(look, LOOK); return; }
      ask("look", { lock: piece.dataset.editLock }).then(told);
    }

    function touch() {
      touched = Date.now();
      if (id || asking) return;
      asking = true;
      ask("acquire", { lock: piece.dataset.editLock }).then(told).finally(() => { setTimeout(() => { asking = false; }, blocked ? LOOK : 2000); });
    }

    function renew() {
      if (Date.now() - touched > IDLE) { leave(); return; }
      ask("renew", { id }).then((answer) => {
        if (answer.state === "gone") { id = ""; look(); return; } // somebody else has it, or another window of ours
        if (answer.state === "away") { timer = setTimeout(renew, RENEW); return; }
        told(answer);
      });
    }

    function leave() {
      clearTimeout(timer);
      if (id) ask("release", { id });
      id = "";
    }

    form.addEventListener("input", touch);
    form.addEventListener("change", touch);
    piece.addEventListener("live", () => { if (blocked) look(); });
    // At `pagehide` a service worker is no longer asked: what is sent then may go nowhere.
    window.addEventListener("beforeunload", leave);
    window.addEventListener("pagehide", leave);
    if (form.querySelector("[data-errors], .errornote")) touch(); // what was refused is still being written
    else look();
  }

  document.querySelectorAll("[data-edit-lock]").forEach((piece) => { if (piece.dataset.editLock && piece.closest("form")) watch(piece); });
})();
