// What the admin's own widgets leave out: a name for each box that searches among many.
"use strict";

(() => {
  const name = () => document.querySelectorAll(".select2-selection, .select2-selection__rendered").forEach((box) => {
    const field = box.closest(".select2-container").previousElementSibling;
    const label = field && field.id && document.querySelector(`label[for="${field.id}"]`);
    const words = label ? label.textContent.trim().replace(/:$/, "") : field && field.closest("td") && field.closest("td").className;
    if (!words) return;
    box.removeAttribute("aria-labelledby");
    const chosen = box.closest(".select2-selection").textContent.trim();
    box.setAttribute("aria-label", chosen ? `${words}: ${chosen.replace(/^×/, "")}` : words);
  });
  window.addEventListener("load", () => { name(); setTimeout(name, 300); });
  document.addEventListener("formset:added", () => setTimeout(name));
  document.addEventListener("focusin", (event) => { if (event.target.closest(".select2-container")) name(); });
})();
