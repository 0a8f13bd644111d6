// The typical week: a calendar over the table of spans. Each changes the other; only the form is sent.
"use strict";

(() => {
  const root = document.getElementById("hours-calendar");
  const form = document.getElementById("hours-form");
  const said = document.getElementById("hours-said");
  const { slot, words } = JSON.parse(document.getElementById("hours-settings").textContent);
  const MONDAY = Date.UTC(2024, 0, 1), DAY = 1440, MINUTE = 60000; // a week that has no date: only its weekdays are shown
  const lang = document.documentElement.lang;
  const two = (number) => String(number).padStart(2, "0");
  const clock = (minutes) => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  const spanText = (start, end) => (start || end ? `${clock(start)} – ${clock(end)}` : words.allDay);
  const minutesOf = (text) => { const [hours, minutes] = text.split(":").map(Number); return hours * 60 + minutes; };
  const wall = (minutes) => new Date(MONDAY + minutes * MINUTE).toISOString().slice(0, 16);
  // The calendar speaks of wall times by a browser's local dates.
  const minuteOf = (date) => (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes()) - MONDAY) / MINUTE;

  let rows = 0;
  const inputs = (row) => [row.querySelector("[name=from]"), row.querySelector("[name=to]")];

  const isEmpty = (row) => inputs(row).every((input) => !input.value);

  function dress(row) {
    row.dataset.row = `span-${rows++}`;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-plain hours-remove";
    button.setAttribute("aria-label", words.remove);
    button.append(document.querySelector("#hours-icon").content.cloneNode(true));
    button.addEventListener("click", () => {
      const { parentElement: place } = row;
      remove(row.dataset.row);
      place.querySelector("[name=from]").focus();
    });
    row.append(button);
  }

  function spanOf(row) {
    const [from, to] = inputs(row).map((input) => input.value);
    if (!from || !to) return null;
    const start = Number(row.querySelector("[name=weekday]").value) * DAY + minutesOf(from);
    return { start, end: start + ((minutesOf(to) - minutesOf(from) + DAY) % DAY || DAY) };
  }

  function entry(row) {
    const span = spanOf(row);
    return span && { id: row.dataset.row, start: wall(span.start), end: wall(span.end), title: words.span };
  }

  const rowOf = (id) => form.querySelector(`[data-row="${id}"]`);

  function free(weekday) {
    const place = form.querySelector(`[data-weekday="${weekday}"]`);
    const all = [...place.querySelectorAll(".hours-span")];
    const empty = all.find(isEmpty);
    if (empty) return empty;
    const row = all.at(-1).cloneNode(true);
    row.querySelector("button")?.remove();
    row.querySelectorAll("input[type=time]").forEach((input) => {
      const fresh = `${input.name}-${weekday}-${all.length + 1}-${rows}`;
      row.querySelector(`label[for="${input.id}"]`).htmlFor = fresh;
      input.id = fresh;
      input.value = "";
    });
    dress(row);
    place.append(row);
    return row;
  }

  function write(row, start, end) {
    inputs(row)[0].value = clock(start % DAY);
    inputs(row)[1].value = clock(end % DAY);
  }

  // The calendar's span goes into the row of its weekday.
  function put(id, start, end) {
    const weekday = Math.min(Math.max(Math.floor(start / DAY), 0), 6);
    let row = id && rowOf(id);
    if (row && Number(row.querySelector("[name=weekday]").value) !== weekday) { clear(row); row = null; }
    row = row || free(weekday);
    write(row, start, Math.min(end, start + DAY));
    free(weekday);
    redraw();
    said.textContent = `${words.from} ${inputs(row)[0].value} ${words.to} ${inputs(row)[1].value}`;
    return row;
  }
  function clear(row) {
    inputs(row).forEach((input) => { input.value = ""; });
    if ([...row.parentElement.querySelectorAll(".hours-span")].filter(isEmpty).length > 1) row.remove();
  }
  function remove(id) { const row = rowOf(id); if (row) { clear(row); redraw(); } }

  function redraw() {
    const all = [...form.querySelectorAll(".hours-span")];
    all.forEach((row) => row.querySelector("button").classList.toggle("invisible", isEmpty(row)));
    calendar.setOption("events", all.map(entry).filter(Boolean));
    setTimeout(name);
  }

  // The package says "table" of what is none; each span says its day and times.
  function name() {
    root.querySelectorAll("[role]:not([role=button])").forEach((part) => part.removeAttribute("role"));
    for (const index of ["colindex", "colspan", "rowindex", "rowspan", "colcount", "rowcount"]) {
      root.querySelectorAll(`[aria-${index}]`).forEach((part) => part.removeAttribute(`aria-${index}`));
    }
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", document.querySelector("h1").textContent.trim());
    root.querySelectorAll(".ec-event[data-id]").forEach((drawn) => {
      const row = rowOf(drawn.dataset.id);
      if (!row) return;
      const day = row.parentElement.querySelector("legend").textContent.trim();
      drawn.setAttribute("aria-label", `${day}: ${inputs(row).map((input) => input.value).join(" – ")}`);
    });
  }

  form.querySelectorAll(".hours-span").forEach(dress);
  root.hidden = false;
  const calendar = EventCalendar.create(root, {
    view: "timeGridWeek",
    date: "2024-01-01",
    firstDay: 1,
    locale: lang,
    headerToolbar: { start: "", center: "", end: "" },
    dayHeaderFormat: { weekday: "short" },
    allDaySlot: false,
    slotDuration: "00:30",
    snapDuration: "00:15",
    slotHeight: 22,
    scrollTime: "08:00",
    height: "34rem",
    editable: true,
    eventResizableFromStart: true,
    selectable: true,
    pointer: true,
    longPressDelay: 500,
    eventAllUpdated: () => name(),
    eventDidMount: ({ el, event }) => { el.dataset.id = event.id; },
    eventContent: ({ event }) => ({ domNodes: [Object.assign(document.createElement("span"), {
      className: "entry-time", textContent: spanText(minuteOf(event.start) % DAY, minuteOf(event.end) % DAY),
    })] }),
    eventDrop: ({ event }) => put(event.id, minuteOf(event.start), minuteOf(event.end)),
    eventResize: ({ event }) => put(event.id, minuteOf(event.start), minuteOf(event.end)),
    select: ({ start, end }) => {
      calendar.unselect();
      const first = minuteOf(start), last = minuteOf(end);
      put("", first, Math.max(last, first + slot));
    },
    eventClick: ({ event }) => { const row = rowOf(event.id); if (row) inputs(row)[0].focus(); },
    events: [],
  });
  redraw();
  form.addEventListener("change", ({ target }) => {
    const place = target.closest(".hours-day");
    if (place) free(place.dataset.weekday); // an empty row is always there for one more
    redraw();
  });

  const STEPS = { ArrowUp: -15, ArrowDown: 15, ArrowLeft: -DAY, ArrowRight: DAY };
  root.addEventListener("keydown", (press) => {
    const { id } = (press.target.closest(".ec-event[data-id]") || { dataset: {} }).dataset;
    const row = id && rowOf(id), span = row && spanOf(row), step = STEPS[press.key];
    if (!span || press.altKey || press.ctrlKey || press.metaKey) return;
    if (press.key === "Delete") { press.preventDefault(); remove(id); return; }
    if (!step) return;
    press.preventDefault();
    press.stopPropagation();
    const start = press.shiftKey ? span.start : span.start + step, end = span.end + step;
    if (start < 0 || start >= 7 * DAY || end - start < 15 || end - start > DAY) return;
    const { row: now } = put(id, start, end).dataset;
    requestAnimationFrame(() => { const found = root.querySelector(`[data-id="${now}"]`); if (found) found.focus(); });
  }, true);
})();
