// "Near me": asked of the browser on a press alone, and rounded to about a hundred metres.
"use strict";

(() => {
  const near = document.getElementById("near-me"), failed = document.getElementById("near-failed");
  if (!near || !navigator.geolocation || !window.isSecureContext) return;
  const field = (name) => near.form.elements[name];
  near.hidden = false;
  near.addEventListener("click", () => {
    near.setAttribute("aria-busy", "true");
    failed.hidden = true;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      near.removeAttribute("aria-busy");
      field("near").value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
      field("location").value = "";
      near.form.requestSubmit();
    }, () => {
      near.removeAttribute("aria-busy");
      failed.textContent = near.dataset.failed;
      failed.hidden = false;
    }, { timeout: 10000, maximumAge: 300000 });
  });
})();
