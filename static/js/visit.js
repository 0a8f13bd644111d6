// A visit's page that changed by itself says so to who does not see it.
"use strict";

(() => {
  const says = document.getElementById("visit-says");
  let before = document.getElementById("visit").dataset.state;

  document.addEventListener("htmx:afterSettle", () => {
    const visit = document.getElementById("visit");
    if (!visit || visit.dataset.state === before) return;
    before = visit.dataset.state;
    const title = visit.querySelector("h1");
    says.textContent = title ? title.textContent.trim() : "";
  });
})();
