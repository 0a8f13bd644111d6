// The desk's day: what scripts add to pages that work without them.
"use strict";

(() => {
  document.documentElement.classList.add("scripted");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const sheet = () => document.getElementById("sheet-frame");

  // The list narrows to a name as it is typed.
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  function narrow(input) {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    all(`[data-narrowed="${input.dataset.narrows}"] > li`).forEach((row) => {
      row.hidden = !words.every((word) => row.dataset.name.includes(word));
      shown += row.hidden ? 0 : 1;
    });
    all(".part").forEach((part) => { part.hidden = !all(".visit:not([hidden])", part).length; });
    const nobody = document.getElementById("narrowed-to-nothing");
    if (nobody) nobody.hidden = shown > 0 || !words.length;
  }
  document.addEventListener("input", (event) => { if (event.target.dataset.narrows) narrow(event.target); });
  document.addEventListener("htmx:afterSettle", () => all("[data-narrows]").forEach((input) => { if (input.value) narrow(input); }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.dataset.narrows) {
      event.preventDefault();
      const first = document.querySelector(".visit:not([hidden]) .acts .tool");
      if (first) first.focus();
    }
  });

  // Arrows go from row to row, to the same thing in it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const row = event.target.closest(".visit");
    if (!row || event.target.matches("input, select, textarea")) return;
    if (event.target.closest(".more ul")) return;
    const rows = all(".visit:not([hidden])").filter((one) => one.offsetParent);
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    const inName = event.target.closest(".who");
    const main = next.querySelector(".acts > button.tool, .acts > a.tool:not([id^=take-back])");
    (inName ? next.querySelector(".who a") : main || next.querySelector(".more summary") || next.querySelector("a")).focus();
  });

  // From what is typed down into those who are found, and from one to the next.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const people = all(".people a.person");
    const at = people.indexOf(event.target);
    if (at < 0 && (event.target.id !== "patient-search" || event.key === "ArrowUp")) return;
    const next = at === 0 && event.key === "ArrowUp" ? document.getElementById("patient-search") : people[event.key === "ArrowDown" ? at + 1 : at - 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  // Free times: up and down within the day as the browser does it, left and right to the day beside.
  document.addEventListener("keydown", (event) => {
    if ((event.key !== "ArrowLeft" && event.key !== "ArrowRight") || !event.target.matches(".time input")) return;
    const days = all(".week-day:not(.is-empty)");
    const day = event.target.closest(".week-day");
    const beside = days[days.indexOf(day) + (event.key === "ArrowRight" ? 1 : -1)];
    event.preventDefault();
    if (!beside) return;
    const times = all(".time input", beside);
    const next = times[Math.min(all(".time input", day).indexOf(event.target), times.length - 1)];
    next.checked = true;
    next.focus();
    next.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // One menu is open at a time; Escape and a click elsewhere close it.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".more") && event.target.open) all(".more[open]").forEach((menu) => { if (menu !== event.target) menu.open = false; });
  }, true);
  document.addEventListener("click", (event) => all(".more[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest(".more[open]");
    if (!menu) return;
    const entries = all("ul .tool", menu);
    const at = entries.indexOf(event.target);
    if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = entries[event.key === "ArrowDown" ? at + 1 : at - 1];
      if (next) next.focus();
      else if (event.key === "ArrowUp") menu.querySelector("summary").focus();
    }
  });

  // A form over the day: it opens when it has come, and closes when the day has been drawn anew.
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    if (target.id === "sheet" && sheet() && !sheet().open) sheet().showModal();
    if (target.id === "day" && sheet() && sheet().open) sheet().close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-closes-sheet]") && sheet() && sheet().open) { event.preventDefault(); sheet().close(); }
    const likely = event.target.closest("[data-fills] button");
    if (likely) { const field = document.getElementById(likely.parentElement.dataset.fills); field.value = likely.textContent; field.focus(); }
    if (event.target.closest("[data-prints]") && !window.htmx) window.print();
  });

  // News waits while a menu or a form is open, also what was asked for before it opened: nothing moves under the hand.
  const day = () => document.getElementById("day");
  const isBusy = () => Boolean(document.querySelector(".more[open]") || (sheet() && sheet().open));
  const isNews = ({ requestConfig, elt }) => {
    const by = requestConfig && requestConfig.triggeringEvent;
    return Boolean(by) && by.type === "live" && elt === day();
  };
  let waiting = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isNews(event.detail) && isBusy()) { waiting = true; event.preventDefault(); }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isNews(event.detail) && isBusy()) { waiting = true; event.detail.shouldSwap = false; }
  });
  const catchUp = () => setTimeout(() => { if (waiting && !isBusy()) { waiting = false; day().dispatchEvent(new Event("live")); } }, 50);
  document.addEventListener("toggle", catchUp, true);
  document.addEventListener("close", catchUp, true);

  // A button is off while its act is on the way; where that came to nothing, the keyboard is where it was.
  document.addEventListener("htmx:afterRequest", ({ detail: { successful, elt } }) => {
    if (!successful) setTimeout(() => { if (document.activeElement === document.body && elt.matches("button, a")) elt.focus(); });
  });

  // What was said goes away by itself, not while somebody reads it.
  setInterval(() => all("#said .said").forEach((line) => {
    if (line.matches(":hover, :focus-within")) return;
    line.dataset.age = Number(line.dataset.age || 0) + 1;
    if (Number(line.dataset.age) > 8) line.remove();
  }), 1000);

  // Where times are to be chosen, the keyboard begins at them, not at the top of the page.
  const time = document.querySelector(".times-form .time input:checked") || document.querySelector(".times-form .time input");
  if (time && document.activeElement === document.body && !document.querySelector(".note.wrong")) time.focus({ preventScroll: true });

  all("[data-prints]").forEach((button) => { button.hidden = false; });
})();
