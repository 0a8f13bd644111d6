// The doctor's agenda: a calendar of visits, absences and hours. What is drawn here, a form of the page can do too.
"use strict";

(() => {
  const root = document.getElementById("agenda");
  const settings = JSON.parse(document.getElementById("agenda-settings").textContent);
  const { words } = settings;
  const dialog = document.getElementById("agenda-dialog");
  const said = document.getElementById("agenda-said");
  const asked = new URLSearchParams(location.search);
  const { lang } = document.documentElement;
  const narrow = matchMedia("(max-width: 61.99rem)").matches;
  const sprite = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");
  const VIEWS = { day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth", list: "listWeek" };
  const nameOf = (type) => Object.keys(VIEWS).find((name) => VIEWS[name] === type);

  // --- words -------------------------------------------------------------------------------------------------------

  function say(text, wrong = false, undo = null) {
    const line = document.getElementById("failed").content.firstElementChild.cloneNode(true);
    line.querySelector("span").textContent = text;
    if (!wrong) { line.classList.remove("wrong"); line.dataset.passes = ""; line.firstElementChild.remove(); }
    if (undo) {
      const button = element("button", "", words.undo);
      button.type = "button";
      button.addEventListener("click", () => { line.remove(); undo(); });
      line.lastElementChild.before(button);
    }
    line.dataset.agenda = "";
    document.querySelectorAll("#toasts [data-agenda]").forEach((earlier) => earlier.remove());
    document.getElementById("toasts").append(line);
  }

  const two = (number) => String(number).padStart(2, "0");
  const day = (wall) => `${wall.getFullYear()}-${two(wall.getMonth() + 1)}-${two(wall.getDate())}`;
  const clock = (wall) => `${two(wall.getHours())}:${two(wall.getMinutes())}`;
  const clockText = (wall) => wall.toLocaleTimeString(lang, { hour: "numeric", minute: "2-digit" });
  const dateText = (wall) => wall.toLocaleDateString(lang, { weekday: "long", day: "numeric", month: "long" });
  const shortClock = (wall) => wall.toLocaleTimeString(lang, { hour: "numeric", minute: "2-digit", hourCycle: "h23" });
  const minutesLater = (wall, minutes) => { const later = new Date(wall); later.setMinutes(later.getMinutes() + minutes); return later; };

  // Wall times as the form's fields have them: midnights are whole days.
  function fields(start, end) {
    const whole = clock(end) === "00:00";
    return {
      first_day: day(start), from_time: clock(start) === "00:00" ? "" : clock(start),
      last_day: day(whole ? minutesLater(end, -1440) : end), until_time: whole ? "" : clock(end),
    };
  }

  // --- what is asked of the server ---------------------------------------------------------------------------------

  async function ask(address, more = {}) {
    const headers = { "HX-Request": "true", "HX-Target": "sheet", "HX-Current-URL": location.href, "X-CSRF-Token": cookie("csrftoken") };
    const answer = await fetch(address, { headers, credentials: "same-origin", ...more });
    const away = answer.headers.get("HX-Redirect");
    if (!away) return answer;
    location.assign(away); // the session has ended: to the sign-in and back here
    return new Promise(() => {});
  }
  const isPage = (answer) => (answer.headers.get("Content-Type") || "").startsWith("text/html");

  // Changes go one after the other, each with the version that the one before it left.
  let last = Promise.resolve();
  function inTurn(job) { last = last.then(job, job); }
  let waiting = [];
  function refetch() {
    return new Promise((filled) => { waiting.push(filled); calendar.refetchEvents(); });
  }
  function filled() { waiting.forEach((resolve) => resolve()); waiting = []; }
  const seen = (id) => (calendar.getEventById(id) || { extendedProps: {} }).extendedProps.seen || "";

  // A change is sent as it is made. Visits it would strand are shown first; what fails snaps back, and says so.
  async function send(address, body, revert, done = () => say(words.saved)) {
    let answer, text;
    root.setAttribute("aria-busy", "true");
    try {
      answer = await ask(address, { method: "POST", body: new URLSearchParams({ ...body, quiet: "1" }) });
      text = await answer.text();
    } catch {
      revert();
      say(words.lost, true);
      return;
    } finally {
      root.removeAttribute("aria-busy");
    }
    if (answer.status === 409 && isPage(answer)) { show(text, revert); return; }
    if (answer.status === 204) {
      done();
    } else {
      revert();
      say(answer.status < 500 && !isPage(answer) ? text : words.failed, true);
    }
    await refetch();
  }

  const here = (address) => `${address}?place=${settings.place}`;
  function change(event, revert) {
    const { kind, url, place, reason } = event.extendedProps;
    if (kind !== "absence") { revert(); return; }
    const body = { ...fields(event.start, event.end), place, reason };
    inTurn(() => send(here(url), { ...body, seen: seen(event.id) }, revert));
  }

  function remove(event) {
    const { url, place, reason } = event.extendedProps;
    const again = { ...fields(event.start, event.end), place, reason };
    const restore = () => inTurn(() => send(here(settings.absences), again, () => {}));
    const undo = event.start > new Date() ? restore : null;
    inTurn(() => send(here(url), { remove: "1", seen: seen(event.id) }, () => {}, () => say(words.removed, false, undo)));
  }

  // --- the sheet: a form, or the visits a change would strand ------------------------------------------------------

  let undo = null;
  function show(html, revert = null) {
    undo = revert;
    dialog.querySelector("#sheet").outerHTML = html;
    htmx.process(dialog);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("#sheet-title") || dialog).focus();
  }
  async function open(address) {
    try {
      const answer = await ask(address);
      if (answer.ok && isPage(answer)) show(await answer.text());
      else location.assign(address);
    } catch { say(words.lost, true); }
  }
  dialog.addEventListener("close", () => { if (undo) undo(); undo = null; });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-leaves]")) { event.preventDefault(); dialog.close(); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sheet]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.href);
  });

  // --- the calendar ------------------------------------------------------------------------------------------------

  const element = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  function drawn({ event, timeText, view }) {
    if (event.display === "background") return "";
    const { icon: name, said: about = [], outside } = event.extendedProps;
    if (!name) return { domNodes: [element("span", "entry-time", timeText)] }; // what is being drawn
    const title = element("span", "entry-title");
    if (outside) title.append(icon("alert-triangle"));
    title.append(icon(name));
    const time = event.allDay ? [] : [view.type === VIEWS.list ? timeText : clockText(event.start)];
    if (view.type === VIEWS.month && time.length) title.append(element("span", "entry-time", shortClock(event.start)), " ");
    title.append(element("strong", "", event.title));
    const notes = [...time, ...(outside ? [words.outside] : []), ...about].join(" · ");
    const nodes = [title, " ", element("span", "entry-notes", notes)];
    return { domNodes: nodes };
  }

  // The package says "table" of what is none, and of an entry only what is seen. Here each says itself what and when.
  function name() {
    root.querySelectorAll("[role]:not([role=button], [role=group], [role=dialog], svg)").forEach((part) => part.removeAttribute("role"));
    for (const index of ["colindex", "colspan", "rowindex", "rowspan", "colcount", "rowcount"]) {
      root.querySelectorAll(`[aria-${index}]`).forEach((part) => part.removeAttribute(`aria-${index}`));
    }
    root.querySelectorAll(".ec-list h4").forEach((heading) => heading.setAttribute("aria-level", "2"));
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", document.querySelector("h1").textContent.trim());
    root.querySelectorAll(".ec-event[data-id]").forEach((drawnEntry) => {
      const event = calendar.getEventById(drawnEntry.dataset.id);
      if (!event || !event.extendedProps.said) return;
      const when = event.allDay ? dateText(event.start) : `${dateText(event.start)}, ${clockText(event.start)} – ${clockText(event.end)}`;
      const text = `${drawnEntry.textContent.replace(/\s+/g, " ").trim()}, ${when}`;
      drawnEntry.setAttribute("aria-label", text);
      drawnEntry.title = text;
    });
  }

  function events({ startStr, endStr }, found, failed) {
    const address = `${settings.events}?${new URLSearchParams({ place: settings.place, start: startStr.slice(0, 10), end: endStr.slice(0, 10) })}`;
    ask(address)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then((answer) => { found(answer.events); filled(); place(); afterDrawing(); setTimeout(name); })
      .catch((reason) => { say(reason instanceof Response ? words.failed : words.lost, true); failed(reason); filled(); });
  }

  const clickable = (info) => info.event.extendedProps.url;
  root.replaceChildren();
  root.classList.add("drawn");
  document.getElementById("agenda-help").hidden = narrow;
  const calendar = EventCalendar.create(root, {
    view: VIEWS[asked.get("view")] || (narrow ? VIEWS.list : VIEWS.week),
    date: /^\d{4}-\d\d-\d\d$/.test(asked.get("date")) ? asked.get("date") : settings.today,
    timeZone: settings.zone,
    locale: lang,
    firstDay: 1,
    headerToolbar: { start: "prev,next today", center: "title", end: "timeGridDay,timeGridWeek,dayGridMonth,listWeek" },
    buttonText: (texts) => ({
      ...texts, today: words.today, timeGridDay: words.day, timeGridWeek: words.week, dayGridMonth: words.month,
      listWeek: words.list, prev: words.before, next: words.after,
    }),
    allDayContent: words.allDay,
    noEventsContent: words.nothing,
    moreLinkContent: ({ num }) => `+${num} ${words.more}`,
    dayMaxEvents: true,
    slotMinTime: settings.opens,
    slotMaxTime: settings.closes,
    flexibleSlotTimeLimits: true,
    slotDuration: "00:30",
    snapDuration: "00:15",
    slotHeight: 38,
    scrollTime: settings.opens,
    nowIndicator: true,
    lazyFetching: false,
    editable: true,
    eventResizableFromStart: true,
    selectable: true,
    pointer: true,
    longPressDelay: 500,
    eventSources: [{ events }],
    eventFilter: ({ event, view }) => event.display !== "background" || view.type.startsWith("timeGrid"),
    eventContent: drawn,
    eventAllUpdated: name,
    eventDidMount: ({ el, event }) => {
      el.dataset.id = event.id;
      if (event.extendedProps.kind === "absence") el.setAttribute("aria-describedby", "agenda-help");
    },
    eventClick: (info) => {
      if (!clickable(info)) return;
      if (info.event.extendedProps.kind === "absence") open(here(clickable(info)));
      else location.assign(clickable(info));
    },
    eventDrop: ({ event, revert }) => change(event, revert),
    eventResize: ({ event, revert }) => change(event, revert),
    select: ({ start, end }) => {
      calendar.unselect();
      const span = { start: `${day(start)}T${clock(start)}`, end: `${day(end)}T${clock(end)}` };
      open(`${settings.absences}?${new URLSearchParams({ place: settings.place, ...span })}`);
    },
    dateClick: ({ date, view }) => {
      if (view.type !== VIEWS.month) return;
      calendar.setOption("date", date);
      calendar.setOption("view", VIEWS.day);
    },
    datesSet: ({ view }) => {
      const left = view.currentStart;
      const shown = new URLSearchParams({ place: settings.place, view: nameOf(view.type) || "week", date: day(left) });
      history.replaceState(history.state, "", `?${shown}`);
      setTimeout(name);
    },
  });
  root.addEventListener("live", () => calendar.refetchEvents());

  // --- the keyboard: arrows move an absence, with Shift its end; it is sent when the keys rest ------------------------

  let moving = null, wanted = "";
  function afterDrawing() {
    if (wanted) requestAnimationFrame(() => { const found = root.querySelector(`[data-id="${wanted}"]`); if (found) found.focus(); wanted = ""; });
  }
  const STEPS = { ArrowUp: -15, ArrowDown: 15, ArrowLeft: -1440, ArrowRight: 1440 };

  document.addEventListener("keydown", (press) => {
    const entry = press.target.closest("#agenda .ec-event[data-id^='absence-']");
    const id = entry ? entry.dataset.id : press.target === document.body && wanted; // between two drawings nothing has focus
    const event = id && calendar.getEventById(id);
    if (!event || press.altKey || press.ctrlKey || press.metaKey) return;
    if (press.key === "Delete") {
      press.preventDefault();
      remove(event);
      return;
    }
    const { type } = calendar.getView();
    const whole = event.allDay || type === VIEWS.month;
    const step = whole && press.key.match(/^Arrow(Up|Down)$/) ? STEPS[press.key] / 15 * 7 * 1440 : STEPS[press.key];
    if (!step || type === VIEWS.list) return;
    press.preventDefault();
    press.stopPropagation();
    moveBy(event, step, press.shiftKey);
  }, true);

  // What is being moved stays where the keys took it, though the calendar is filled anew meanwhile.
  function place() {
    const event = moving && calendar.getEventById(moving.id);
    if (event) calendar.updateEvent({ ...event, start: moving.start, end: moving.end });
  }

  function moveBy(event, minutes, endOnly) {
    if (!(endOnly ? event.durationEditable : event.startEditable)) return;
    const now = moving && moving.id === event.id ? moving : { id: event.id, before: event, start: event.start, end: event.end };
    const start = endOnly ? now.start : minutesLater(now.start, minutes);
    const end = minutesLater(now.end, minutes);
    if (end <= start) return;
    if (moving && moving !== now) settle();
    clearTimeout(now.timer);
    moving = Object.assign(now, { start, end, timer: setTimeout(settle, 900) });
    wanted = event.id;
    place();
    afterDrawing();
    said.textContent = `${dateText(start)}, ${clockText(start)} – ${clockText(end)}`;
  }

  function settle() {
    const { id, before, start, end, timer } = moving;
    clearTimeout(timer);
    moving = null;
    wanted = id;
    const event = calendar.getEventById(id);
    if (event) change({ ...event, start, end }, () => calendar.updateEvent({ ...event, start: before.start, end: before.end }));
  }
})();
