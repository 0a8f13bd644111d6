// Back to the page as soon as the server answers. By its address alone: what was sent is not sent again.
"use strict";

(() => {
  async function look() {
    try {
      const answer = await fetch("/offline", { cache: "no-store" });
      if (answer.ok) return location.replace(location.href.split("#")[0]);
    } catch { /* still away */ }
    return setTimeout(look, 5000);
  }
  setTimeout(look, 3000);
  window.addEventListener("online", look);
})();
