// The doctor's day: what somebody is writing is not swept away by what happens, and who waits is said.
"use strict";

(() => {
  const isWriting = (part) => {
    const field = document.activeElement;
    return part.contains(field) && field.matches("textarea, input") && field.type !== "hidden";
  };
  let late = false;

  // What was asked for before the form was opened waits as well.
  const mustWait = ({ elt, requestConfig }) => {
    const by = requestConfig && requestConfig.triggeringEvent;
    if (!elt.matches("[data-live]") || !by || by.type !== "live") return false;
    return isWriting(elt) || Boolean(elt.querySelector("details.act-asks[open]"));
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (mustWait(event.detail)) { event.preventDefault(); late = true; }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (mustWait(event.detail)) { event.detail.shouldSwap = false; late = true; }
  });

  // Read again once the form is closed.
  document.addEventListener("toggle", (event) => {
    const part = event.target.closest && event.target.closest("[data-live]");
    if (late && part && event.target.matches("details.act-asks") && !event.target.open) {
      late = false;
      part.dispatchEvent(new Event("live"));
    }
  }, true);

  // What is behind stays unfolded when the day is drawn anew.
  let unfolded = false;
  document.addEventListener("htmx:beforeSwap", () => { unfolded = Boolean(document.getElementById("day-done")?.open); });
  document.addEventListener("htmx:afterSwap", () => {
    const done = document.getElementById("day-done");
    if (done && unfolded) done.open = true;
  });

  const said = document.getElementById("today-said");
  let last = document.getElementById("today")?.dataset.says;
  document.addEventListener("htmx:afterSettle", () => {
    const now = document.getElementById("today")?.dataset.says;
    if (said && now && now !== last) said.textContent = last = now;
  });
})();
