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

  // News waits while a menu or a form is open: nothing moves under the hand.
  const day = () => document.getElementById("day");
  let waiting = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const by = event.detail.requestConfig.triggeringEvent;
    if (!by || by.type !== "live" || event.detail.elt !== day()) return;
    if (document.querySelector(".more[open]") || (sheet() && sheet().open)) { waiting = true; event.preventDefault(); }
  });
  const catchUp = () => setTimeout(() => { if (waiting && !document.querySelector(".more[open]") && !(sheet() && sheet().open)) { waiting = false; day().dispatchEvent(new Event("live")); } }, 50);
  document.addEventListener("toggle", catchUp, true);
  document.addEventListener("close", catchUp, true);

  // What was said goes away by itself, not while somebody reads it.
  setInterval(() => all("#said .said").forEach((line) => {
    if (line.matches(":hover, :focus-within")) return;
    line.dataset.age = Number(line.dataset.age || 0) + 1;
    if (Number(line.dataset.age) > 8) line.remove();
  }), 1000);

  all("[data-prints]").forEach((button) => { button.hidden = false; });
})();
