// The audit trail: draws the bars, and does not refresh under somebody's hands.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Set();
  let open = [];
  const fits = new ResizeObserver(() => drawn.forEach(({ place, plot }) => {
    if (plot.width !== place.clientWidth) plot.setSize({ width: place.clientWidth, height: place.clientHeight });
  }));

  function draw(place) {
    const { x, y, days } = JSON.parse(document.getElementById(place.dataset.bars).textContent);
    const language = document.documentElement.lang;
    const exact = new Intl.DateTimeFormat(language, days ? { day: "numeric", month: "short" } : { weekday: "short", hour: "2-digit", minute: "2-digit" });
    const short = new Intl.DateTimeFormat(language, days || x.length > 48 ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
    const axis = { stroke: colour("--ink-soft"), font: "13px Inter, sans-serif", grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const step = x.length > 1 ? x[1] - x[0] : 3600;
    const said = document.createElement("p");
    said.className = "trail-plot-said";
    const plot = new uPlot({
      width: place.clientWidth,
      height: place.clientHeight,
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      legend: { show: false },
      scales: { x: { range: (_plot, least, most) => [least - step / 2, most + step / 2] }, y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 4)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 70, ...(days ? { incrs: [1, 2, 4, 7, 14, 28, 56].map((count) => count * 86400) } : {}), values: (_plot, values) => values.map((value) => short.format(value * 1000)) },
        { ...axis, size: 48, space: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000, 500000] },
      ],
      series: [{}, {
        stroke: colour(place.dataset.colour),
        fill: colour(place.dataset.colour),
        paths: uPlot.paths.bars({ size: [0.7, 40], radius: 0.2 }),
        points: { show: false },
      }],
      hooks: {
        setCursor: [(here) => {
          const at = here.cursor.idx;
          said.textContent = at === null || at === undefined ? "" : `${exact.format(x[at] * 1000)}: ${y[at]}`;
        }],
      },
    }, [x, y], place);
    place.after(said);
    drawn.add({ place, plot });
    fits.observe(place);
  }

  function drawAll() {
    drawn.forEach((each) => { if (!each.place.isConnected) { each.plot.destroy(); drawn.delete(each); } });
    document.querySelectorAll("[data-bars]:empty").forEach(draw);
  }

  // Whoever has chosen rows keeps them; what was unfolded stays so.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "trail") return;
    if (document.hidden || event.target.querySelector("[name=event]:checked")) event.preventDefault();
    open = [...event.target.querySelectorAll("details[open][id]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSettle", () => {
    open.forEach((id) => { const found = document.getElementById(id); if (found) found.open = true; });
    drawAll();
  });
  const again = () => { drawn.forEach(({ place, plot }) => { plot.destroy(); place.replaceChildren(); if (place.nextElementSibling.matches("p")) place.nextElementSibling.remove(); }); drawn.clear(); drawAll(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  drawAll();
})();
