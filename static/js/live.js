// What happens now: one socket a page. Each event fires `live` on the elements that name it in data-live.
"use strict";

(() => {
  const born = (document.currentScript && document.currentScript.dataset.since) || "";
  const known = new Set();
  const due = new Set();
  let socket, timer, firing, wait = 1000, failures = 0, seen = born, ended = false, leaving = false, lost = false;

  const momentOf = (id) => parseInt(id.replaceAll("-", "").slice(0, 12), 16); // ids are UUIDv7: milliseconds first
  const EVERYTHING = ""; // no event is called so

  // Several at once are one: a part of the page is read again once, not for each.
  function fireSoon(name) {
    due.add(name);
    firing = firing || setTimeout(() => {
      const names = new Set(due);
      due.clear();
      firing = 0;
      document.querySelectorAll("[data-live]").forEach((element) => {
        const wanted = element.dataset.live.split(" ");
        if (names.has(EVERYTHING) || wanted.includes("*") || wanted.some((one) => names.has(one))) {
          element.dispatchEvent(new CustomEvent("live", { detail: { events: [...names].filter(Boolean) } }));
        }
      });
    }, 100);
  }

  function hear({ id, event }) {
    if (known.has(id)) return;
    known.add(id);
    if (known.size > 1000) known.delete(known.values().next().value);
    if (id > seen) seen = id;
    // The server goes back a little further than it was asked to: what this page shows already is no news.
    if (!born || momentOf(id) > momentOf(born) - 2000) fireSoon(event);
  }

  function open() {
    clearTimeout(timer);
    if (ended || leaving || (socket && socket.readyState < 2)) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/ws/notifications/${seen ? `?since=${seen}` : ""}`, "page");
    let steady;
    socket.onopen = () => {
      steady = setTimeout(() => { wait = 1000; failures = 0; }, 5000);
      say(true);
      if (lost) fireSoon(EVERYTHING); // after a break all of the page may be old
      lost = false;
    };
    socket.onmessage = (message) => hear(JSON.parse(message.data));
    socket.onclose = ({ code }) => {
      clearTimeout(steady);
      if (code === 4401) end();
      if (code === 4401 || code === 4403) ended = true;
      if (ended || leaving) return;
      lost = true;
      failures += 1;
      if (failures > 2) say(false);
      timer = setTimeout(open, wait + Math.random() * 1000);
      wait = Math.min(wait * 2, 30000);
    };
  }

  // Nobody is signed in any more: said, and what is on the page stays until the person goes on.
  function end() {
    const notice = document.getElementById("ended");
    if (notice) notice.hidden = false;
    say(true);
    document.body.dispatchEvent(new CustomEvent("session-ended"));
  }

  function say(connected) {
    document.body.dispatchEvent(new CustomEvent("connection", { detail: { connected } }));
  }

  // What a page asks by itself keeps nobody signed in.
  document.addEventListener("htmx:configRequest", (event) => {
    const by = event.detail.triggeringEvent;
    if (!by || ["live", "load", "every", "reconnected"].includes(by.type)) event.detail.headers["X-By-Itself"] = "1";
  });
  document.body.addEventListener("reconnected", () => { wait = 1000; open(); fireSoon(EVERYTHING); });
  document.body.addEventListener("session-back", () => { // signed in again, in another tab
    const notice = document.getElementById("ended");
    if (notice) notice.hidden = true;
    ended = false;
    lost = true;
    open();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = 1000; open(); } });
  window.addEventListener("pagehide", () => { leaving = true; if (socket) socket.close(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // whoever is signed in now
  open();
})();
