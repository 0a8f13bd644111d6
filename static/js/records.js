// Records: the large plot with values to point at, "show more" that keeps one's place, files that are on their way.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // "Show more": the focus goes to the first of what came.
  let shown = 0;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target && event.detail.target.id === "older") shown = all(".record-line").length;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!shown || !event.detail.target || event.detail.target.id !== "older") return;
    const first = all(".record-line")[shown];
    shown = 0;
    if (first) queueMicrotask(() => first.focus());
  });
})();
