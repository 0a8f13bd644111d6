// What happens now: one socket a page. Each event fires `live` on the elements that name it in data-live.
"use strict";

(() => {
  let socket, wait = 1000, seen = "", ended = false;

  function fire(names) {
    document.querySelectorAll("[data-live]").forEach((element) => {
      const wanted = element.dataset.live.split(" ");
      if (wanted.includes("*") || names.some((name) => wanted.includes(name))) element.dispatchEvent(new Event("live"));
    });
  }

  function open() {
    if (ended || (socket && socket.readyState < 2)) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/ws/notifications/${seen ? `?since=${seen}` : ""}`);
    socket.onopen = () => {
      if (seen || wait > 1000) catchUp();
      wait = 1000;
    };
    socket.onmessage = (message) => {
      const { id, event } = JSON.parse(message.data);
      seen = id || seen;
      fire([event]);
    };
    socket.onclose = ({ code }) => {
      if (code === 4401 || code === 4403) { ended = true; return; } // nobody is signed in any more
      setTimeout(open, wait + Math.random() * 1000);
      wait = Math.min(wait * 2, 30000);
    };
  }

  // After a break what is on the page may be old: each live part is read again.
  function catchUp() {
    document.querySelectorAll("[data-live]").forEach((element) => element.dispatchEvent(new Event("live")));
  }

  document.body.addEventListener("reconnected", () => { wait = 1000; open(); catchUp(); });
  window.addEventListener("pagehide", () => { if (socket) socket.close(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  open();
})();
