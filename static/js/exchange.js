// A form that brings a file: the page stays, so its button must come back, and say meanwhile that something happens.
(() => {
  "use strict";
  const again = 8000;
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-downloads]");
    if (!form) return;
    const note = form.querySelector("[data-downloading]");
    if (note) note.hidden = false;
    setTimeout(() => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-busy"));
      if (note) note.hidden = true;
    }, again);
  });
})();
