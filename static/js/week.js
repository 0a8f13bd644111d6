// The week of free times: the strip of dates follows the day that is seen; what is gone goes away by itself.
"use strict";

(() => {
  const EVERY = 60000; // milliseconds between two looks at what is still free
  let looked = Date.now(), seen = "", held = null, watcher = null, width = 0;
  const week = () => document.getElementById("week");
  const says = document.createElement("p"); // outside of what is swapped, so that it is read aloud
  says.className = "visually-hidden";
  says.setAttribute("role", "status");
  document.body.append(says);

  function show(day, smooth) {
    const days = week().querySelector(".week-days"), place = document.getElementById(`day-${day}`);
    if (days && place) days.scrollTo({ left: place.offsetLeft - days.firstElementChild.offsetLeft, behavior: smooth ? "auto" : "instant" });
  }

  function mark(day) {
    seen = day;
    week().querySelectorAll(".week-strip a").forEach((link) => {
      if (link.id === `to-${day}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  function start() {
    const section = week(), days = section && section.querySelector(".week-days");
    if (watcher) watcher.disconnect();
    if (!days) return;
    const first = document.getElementById(`day-${seen}`) ? seen : section.dataset.first;
    show(first, false);
    mark(first);
    watcher = new IntersectionObserver((changes) => changes.forEach((change) => {
      if (change.isIntersecting && days.scrollWidth > days.clientWidth + 8) mark(change.target.id.slice(4));
    }), { root: days, threshold: 0.6 });
    days.querySelectorAll(".week-day").forEach((day) => watcher.observe(day));
    width = days.clientWidth;
  }

  window.addEventListener("resize", () => { // a phone that is turned shows the same day
    const days = document.querySelector("#week .week-days");
    if (!days || days.clientWidth === width) return;
    width = days.clientWidth;
    show(seen, false);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".week-strip a");
    if (!link) return;
    event.preventDefault();
    const day = link.id.slice(3);
    show(day, true);
    mark(day);
    if (event.detail === 0) { // by keyboard: on to the day's times
      const slot = document.querySelector(`#day-${day} .slot`);
      if (slot) slot.focus({ preventScroll: true });
    }
  });

  function look() {
    if (document.visibilityState !== "visible" || !navigator.onLine || !week()) return;
    looked = Date.now();
    week().dispatchEvent(new Event("live"));
  }
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", () => { if (Date.now() - looked > EVERY / 4) look(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  document.body.addEventListener("reconnected", look);

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "week") return;
    const focused = document.activeElement && document.activeElement.closest("#week .slot");
    held = focused ? Number(focused.dataset.at) : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "week" && !event.detail.elt.closest("#week")) return;
    start();
    const by = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    if (by && by.type !== "live") says.textContent = document.getElementById("week-span").textContent;
    if (held === null || document.activeElement.closest("#week")) return;
    const slots = [...week().querySelectorAll(".slot")]; // the time that had the focus is gone: on to the next one
    const next = slots.find((slot) => Number(slot.dataset.at) >= held) || slots.pop();
    if (next) next.focus();
  });
  start();
})();
