// What every page does by itself. Without it all forms and links still work.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");

  // The visitor's zone: the server names a clinic's zone where it shows another time.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  const before = cookie("zone");
  if (zone && before !== zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    all(".zone[data-zone]").forEach((note) => { note.hidden = sameClock(note.dataset.zone, new Date(note.dataset.at)); });
    // Who travelled sees the page once more: it was drawn for the zone they came from.
    if (before && cookie("zone") === zone && document.querySelector("main time.when, #week, .doctor-when") && !document.querySelector("[data-errors]")) location.replace(location.href.split("#")[0]);
  }
  function sameClock(other, at) {
    const shown = (timeZone) => at.toLocaleString("en", { timeZone });
    try { return shown(other) === shown(zone); } catch { return false; }
  }

  // A form is sent once. Going back in the browser makes it ready again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    all("button[type=submit], button:not([type])", form).forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  }));

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto-submit]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });

  // Dialogs: data-opens="id of a <dialog>"; data-closes inside of it.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) { event.preventDefault(); document.getElementById(opener.dataset.opens).showModal(); }
    const closer = event.target.closest("[data-closes]");
    if (closer) { event.preventDefault(); closer.closest("dialog, .toast-line").matches("dialog") ? closer.closest("dialog").close() : closer.closest(".toast-line").remove(); }
    const printer = event.target.closest("[data-prints]");
    if (printer) window.print();
    const copier = event.target.closest("[data-copies]");
    if (copier && navigator.clipboard) {
      navigator.clipboard.writeText(copier.dataset.copies).then(() => { copier.textContent = copier.dataset.copied || copier.textContent; });
    }
  });

  // Time that runs: data-countdown="<instant>" fires `lapsed` at its end; data-ago is how long something lasts.
  const ended = new WeakSet();
  function tick() {
    all("[data-countdown]").forEach((element) => {
      const left = Math.max(0, Math.round((new Date(element.dataset.countdown) - Date.now()) / 1000));
      element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      const said = document.getElementById(element.dataset.says || "");
      if (said && [300, 120, 60].includes(left)) said.textContent = said.dataset.text.replace("#", Math.round(left / 60));
      if (left === 0 && !ended.has(element)) { ended.add(element); element.dispatchEvent(new Event("lapsed", { bubbles: true })); }
    });
    all("time[data-ago]").forEach((element) => {
      const minutes = Math.floor(Math.abs(Date.now() - new Date(element.dateTime)) / 60000);
      if (minutes < 1440) element.textContent = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    });
  }
  tick();
  setInterval(tick, 1000);

  // The page for when there is no connection. It keeps nothing else.
  if ("serviceWorker" in navigator && window.isSecureContext) {
    window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
  }

  // The connection: said when it is lost, and caught up on when it is back.
  const offline = document.getElementById("offline");
  function connected(is) {
    if (!offline || offline.hidden === is) return;
    offline.hidden = is;
    if (is) document.body.dispatchEvent(new CustomEvent("reconnected"));
  }
  window.addEventListener("online", () => connected(true));
  window.addEventListener("offline", () => connected(false));
  if (!navigator.onLine) connected(false);
  document.body.addEventListener("connection", (event) => connected(event.detail.connected));

  const failed = document.getElementById("failed");
  function sayFailed() {
    const line = failed.content.firstElementChild.cloneNode(true);
    document.getElementById("toasts").append(line);
  }

  // Toasts that only confirm go away by themselves, not while somebody reads them.
  setInterval(() => all(".toast-line[data-passes]").forEach((line) => {
    if (line.matches(":hover, :focus-within")) return;
    line.dataset.age = Number(line.dataset.age || 0) + 1;
    if (Number(line.dataset.age) > 8) line.remove();
  }), 1000);

  // htmx
  document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRF-Token"] = cookie("csrftoken"); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 && /<html/i.test(xhr.responseText)) { event.detail.shouldSwap = false; sayFailed(); }
  });
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status >= 500) sayFailed(); });
  document.addEventListener("htmx:sendError", () => connected(false));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr.status) connected(true); });
  // What a page draws anew by itself keeps the focus where it was: on the same link or button, else on the part's heading.
  let held = null;
  const face = (element) => [element.tagName, element.getAttribute("href"), element.name, element.value, element.form && element.form.action, element.textContent.trim()].join("|");
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail, focused = document.activeElement;
    held = target && target !== focused && target.contains(focused) ? focused : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = document.getElementById(event.detail.target && event.detail.target.id), lost = held;
    held = null;
    if (lost && part) queueMicrotask(() => { // after what the page's own script does
      if (document.activeElement !== document.body) return;
      const again = all("a, button, input, select, textarea", part).find((element) => face(element) === face(lost));
      const place = again || part.querySelector("h1, h2, h3") || part;
      if (!again) place.tabIndex = -1;
      place.focus({ preventScroll: true });
    });
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const by = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    const quiet = !by || ["live", "load", "reconnected", "every"].includes(by.type);
    const target = document.getElementById(event.detail.target && event.detail.target.id) || event.detail.elt;
    const wanted = target.querySelector("[data-focus]");
    if (quiet || (!wanted && document.activeElement !== document.body)) return;
    const place = wanted || target.querySelector("h1, h2, h3") || target;
    if (!place.matches("a, button, input, select, textarea, [tabindex]")) place.tabIndex = -1;
    place.focus();
  });
  document.addEventListener("DOMContentLoaded", () => {
    const toasts = document.getElementById("toasts"); // what stands in it from the start would not be read aloud
    if (toasts && toasts.children.length) {
      const lines = [...toasts.children];
      toasts.replaceChildren();
      setTimeout(() => toasts.prepend(...lines), 200);
    }
    const wrong = document.querySelector("[data-errors]");
    if (wrong) wrong.focus();
  });
})();

// Heavy scripts come once the page is drawn, in their order.
addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
  for (const { dataset } of document.querySelectorAll("[data-later]")) {
    for (const source of dataset.later.split(" ")) {
      const script = document.createElement("script");
      Object.assign(script, { src: source, async: false });
      document.head.append(script);
    }
  }
})));
