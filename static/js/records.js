// Records: the large plot with values to point at, "show more" that keeps one's place, rows, files on their way.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

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

  // Whoever has gone further down keeps what came: the newest are offered, not put in its place.
  const wouldFold = ({ elt, requestConfig }) => {
    const by = requestConfig && requestConfig.triggeringEvent;
    return elt.id === "record-list" && by && by.type === "live" && (shown || all("[data-further]", elt).length);
  };
  const offerNews = () => all(".record-news a").forEach((link) => { link.hidden = false; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (wouldFold(event.detail)) { event.preventDefault(); offerNews(); }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (wouldFold(event.detail)) { event.detail.shouldSwap = false; offerNews(); }
  });

  // What is being written is not left by accident. Nothing of it is kept in the browser.
  let unsaved = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-unsaved]")) unsaved = true; });
  document.addEventListener("submit", (event) => { if (event.target.matches("form[data-unsaved]")) unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  if (document.querySelector("form[data-unsaved] [data-errors]")) unsaved = true; // what was refused is not saved yet

  // More rows, without asking the server.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more]");
    if (!button) return;
    const rows = button.closest("[data-rows]");
    const total = rows.querySelector(`[name="${rows.dataset.rows}-TOTAL_FORMS"]`);
    const most = Number(rows.querySelector(`[name="${rows.dataset.rows}-MAX_NUM_FORMS"]`).value);
    const number = Number(total.value);
    event.preventDefault();
    if (number >= most) { button.disabled = true; return; }
    const row = document.createElement("template");
    row.innerHTML = rows.querySelector("template").innerHTML.replaceAll("__prefix__", number).replaceAll("__number__", number + 1);
    const fresh = row.content.firstElementChild;
    rows.querySelector("template").before(fresh);
    total.value = number + 1;
    fresh.querySelector("input, textarea").focus();
  });

  // A file that is sent: how much of it is there.
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target.closest && event.target.closest("form[data-uploads]");
    if (!form || !event.detail.lengthComputable) return;
    const line = form.querySelector(".upload-progress");
    const percent = Math.round((event.detail.loaded / event.detail.total) * 100);
    line.hidden = false;
    line.querySelector("progress").value = percent;
    line.querySelector("span").textContent = `${percent} %`;
  });

  // The large plot: the server has drawn it; with uPlot each value can be pointed at.
  function load(tag, given) {
    return new Promise((done, failed) => {
      const element = Object.assign(document.createElement(tag), given);
      element.onload = done;
      element.onerror = failed;
      document.head.append(element);
    });
  }

  function draw(place) {
    const { at, value, text, verdict, low, high } = JSON.parse(place.dataset.plot);
    const said = place.closest("figure").querySelector(".plot-said");
    const bottom = (plot, number) => plot.valToPos(number, "y", true);
    const days = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", year: "numeric" });
    const months = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", year: "numeric" });
    const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 6 });
    const marks = [...value, low, high].filter((number) => number !== null);
    const least = Math.min(...marks), most = Math.max(...marks), room = (most - least) * 0.12 || Math.abs(most) * 0.12 || 1;
    const band = (plot) => {
      if (low === null && high === null) return;
      const { left, top, width, height } = plot.bbox;
      const from = high === null ? top : bottom(plot, high), to = low === null ? top + height : bottom(plot, low);
      plot.ctx.fillStyle = colour("--green-tint");
      plot.ctx.fillRect(left, from, width, to - from);
    };
    const axis = () => ({ stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `13px ${getComputedStyle(document.body).fontFamily}` });
    const make = () => new window.uPlot({
      width: place.clientWidth,
      height: Math.round(Math.min(320, Math.max(200, place.clientWidth * 0.4))),
      legend: { show: false },
      cursor: { points: { size: 10 } },
      scales: { x: { time: true, range: (_plot, from, to) => { const side = (to - from) * 0.03 || 86400; return [from - side, to + side]; } }, y: { range: () => [least - room, most + room] } },
      axes: [
        { ...axis(), space: 90, grid: { show: false }, values: (_plot, ticks) => ticks.map((tick) => months.format(new Date(tick * 1000))).map((word, nth, words) => (word === words[nth - 1] ? "" : word)) },
        { ...axis(), size: 56, values: (_plot, ticks) => ticks.map((tick) => numbers.format(tick)) },
      ],
      series: [{}, { stroke: colour("--ink-soft"), width: 1.5, points: { show: true, size: 7, fill: colour("--primary"), stroke: colour("--raised") } }],
      hooks: {
        drawClear: [band],
        setCursor: [(plot) => {
          const nth = plot.cursor.idx;
          said.textContent = nth === null || nth === undefined ? "" : `${days.format(new Date(at[nth] * 1000))}: ${text[nth]}${verdict[nth] ? `, ${verdict[nth]}` : ""}`;
        }],
      },
    }, [at, value], place);
    place.replaceChildren();
    let plot = make();
    const again = () => { plot.destroy(); plot = make(); };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    let width = place.clientWidth;
    new ResizeObserver(() => { if (place.clientWidth !== width) { width = place.clientWidth; again(); } }).observe(place);
  }

  const watched = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    const place = entry.target;
    watched.unobserve(place);
    const ready = Promise.all([load("link", { rel: "stylesheet", href: place.dataset.uplotCss }), window.uPlot || load("script", { src: place.dataset.uplot })]);
    ready.then(() => draw(place), () => {}); // without it the server's drawing stays
  }));
  all("[data-plot]").forEach((place) => watched.observe(place));
})();
