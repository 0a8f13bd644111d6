// Finding a doctor: filters apply themselves, a chip takes its filter away, the map opens.
"use strict";

(() => {
  const form = document.getElementById("find"), results = document.getElementById("results");
  const field = (name) => form.elements[name];
  const says = document.createElement("p"); // outside of what is swapped, so that it is read aloud
  says.className = "visually-hidden";
  says.setAttribute("role", "status");
  document.body.append(says);

  document.addEventListener("change", (event) => {
    if (event.target.form !== form || event.target.matches("[type=hidden]")) return;
    if (event.target.name === "location" && event.target.value) field("near").value = "";
    form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-drop]");
    if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dropped = field(chip.dataset.drop);
    if (dropped.type === "checkbox") dropped.checked = false;
    else dropped.value = "";
    form.requestSubmit();
    form.dataset.dropped = "yes"; // the chip that had the focus goes away
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const id = event.detail.target.id;
    if (id === "result-list") {
      says.textContent = document.getElementById("count").textContent;
      const folded = Number(document.getElementById("result-list").dataset.folded), shown = document.getElementById("folded");
      shown.textContent = folded;
      shown.hidden = !folded;
      if (form.dataset.dropped) {
        delete form.dataset.dropped;
        const next = document.querySelector(".chip") || document.getElementById("count");
        if (!next.matches("a")) next.tabIndex = -1;
        next.focus();
      }
    }
    if (id === "more") {
      const fresh = [...document.querySelectorAll("#doctors [data-new]")].pop();
      if (fresh) fresh.focus();
    }
    if (id === "result-list" || id === "more") refreshMap();
  });

  // What was asked without a connection is asked again when it is back.
  let lost = false;
  document.addEventListener("htmx:sendError", () => { lost = true; });
  document.body.addEventListener("reconnected", () => {
    if (lost) form.requestSubmit();
    lost = false;
  });

  // The map. Its script comes when it is asked for; without pictures it is a plan of names and distances.
  const side = document.getElementById("map-side");
  let map = null, layer = null, pins = new Map();

  function load(name, make) {
    return new Promise((done, wrong) => {
      const element = make(results.dataset[name]);
      element.onload = done;
      element.onerror = wrong;
      document.head.append(element);
    });
  }
  const styles = (href) => Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const script = (src) => Object.assign(document.createElement("script"), { src });

  function showButton() {
    const button = document.getElementById("open-map");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-expanded", String(!side.hidden));
  }

  async function openMap() {
    side.hidden = false;
    results.classList.add("with-map");
    sessionStorage.setItem("map", "yes");
    showButton();
    if (!window.L) await Promise.all([load("leafletCss", styles), load("leaflet", script)]);
    if (!map) makeMap();
    map.invalidateSize();
    drawMap();
  }

  function closeMap(keep) {
    side.hidden = true;
    results.classList.remove("with-map");
    if (!keep) sessionStorage.removeItem("map");
    showButton();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#open-map")) {
      if (side.hidden) openMap();
      else closeMap();
      if (!document.getElementById("open-map").offsetParent) document.getElementById("close-map").focus(); // in the list's place
    }
    if (event.target.closest("#close-map")) {
      closeMap();
      document.getElementById("open-map").focus();
    }
  });

  function makeMap() {
    const box = document.getElementById("map"), calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    map = L.map(box, { attributionControl: false, maxZoom: 18, minZoom: 2, zoomAnimation: !calm, fadeAnimation: !calm, scrollWheelZoom: false });
    L.control.scale({ imperial: false }).addTo(map);
    if (results.dataset.tiles) {
      L.tileLayer(results.dataset.tiles).addTo(map);
      if (results.dataset.attribution) L.control.attribution({ prefix: false }).addAttribution(L.Util.template("{text}", { text: results.dataset.attribution.replace(/[<>&]/g, "") })).addTo(map);
    } else {
      document.getElementById("map-note").textContent = box.dataset.plain;
    }
    layer = L.layerGroup().addTo(map);
  }

  function clinics() {
    const found = new Map();
    document.querySelectorAll("#doctors [data-place]").forEach((card) => {
      const { latitude, longitude, clinic } = card.dataset, key = `${latitude},${longitude}`;
      if (!found.has(key)) found.set(key, { at: [Number(latitude), Number(longitude)], name: clinic, cards: [] });
      found.get(key).cards.push(card);
    });
    return [...found.values()];
  }

  function popup(clinic) {
    const box = document.createElement("div"), list = document.createElement("ul");
    box.append(Object.assign(document.createElement("strong"), { textContent: clinic.name }), list);
    clinic.cards.forEach((card) => {
      const line = document.createElement("li");
      line.append(Object.assign(document.createElement("a"), { href: card.dataset.address, textContent: `${card.dataset.doctor}, ${card.dataset.specialty}` }));
      list.append(line);
    });
    return box;
  }

  function drawMap() {
    layer.clearLayers();
    pins = new Map();
    const found = clinics(), you = document.getElementById("result-list").dataset, points = found.map((clinic) => clinic.at);
    const centre = you.latitude ? [Number(you.latitude), Number(you.longitude)] : null;
    if (centre) points.push(centre);
    map.fitBounds(L.latLngBounds(points).pad(0.3), { maxZoom: 14, animate: false }); // before the pins: they need a view
    found.forEach((clinic) => {
      const icon = L.divIcon({ className: "map-pin", html: String(clinic.cards.length), iconSize: [44, 44] });
      const pin = L.marker(clinic.at, { icon, title: clinic.name, alt: clinic.name, keyboard: true, riseOnHover: true }).addTo(layer);
      pin.bindPopup(popup(clinic), { minWidth: 220 });
      if (!results.dataset.tiles) pin.bindTooltip(clinic.name, { permanent: true, direction: "bottom", offset: [0, 20], className: "map-name" });
      pin.on("mouseover focus", () => light(clinic, true)).on("mouseout blur", () => light(clinic, false));
      pin.getElement().setAttribute("aria-label", `${clinic.name}: ${clinic.cards.length}`);
      clinic.cards.forEach((card) => pins.set(card.dataset.place, pin));
    });
    if (centre) {
      L.marker(centre, { icon: L.divIcon({ className: "map-you", iconSize: [20, 20] }), zIndexOffset: -1000, interactive: false, keyboard: false, alt: document.getElementById("map").dataset.you }).addTo(layer);
    }
    if (!results.dataset.tiles) rings(centre);
  }

  // How far it is, where no street says it.
  function rings(centre) {
    const middle = centre ? L.latLng(centre) : map.getCenter();
    const reach = map.getBounds().getNorthEast().distanceTo(middle) / 1000;
    [1, 2, 5, 10, 25, 50, 100, 500, 1000, 5000].filter((km) => km < reach && km > reach / 12).forEach((km) => {
      const ring = L.circle(middle, { radius: km * 1000, fill: false, weight: 1, dashArray: "4 6", interactive: false, className: "map-ring-line" }).addTo(layer);
      L.marker([ring.getBounds().getNorth(), middle.lng], { icon: L.divIcon({ className: "", iconSize: [0, 0] }), interactive: false, keyboard: false })
        .bindTooltip(`${km} km`, { permanent: true, direction: "center", className: "map-ring" }).addTo(layer);
    });
  }

  function light(clinic, on) {
    clinic.cards.forEach((card) => card.classList.toggle("lit", on));
  }

  ["mouseover", "mouseout", "focusin", "focusout"].forEach((name) => document.addEventListener(name, (event) => {
    const card = event.target.closest && event.target.closest("#doctors [data-place]"), pin = card && pins.get(card.dataset.place);
    if (pin && pin.getElement()) pin.getElement().classList.toggle("lit", name === "mouseover" || name === "focusin");
  }));

  function refreshMap() {
    showButton();
    if (side.hidden) return;
    if (document.querySelector("#doctors")) drawMap();
    else closeMap(true);
  }

  showButton();
  if (sessionStorage.getItem("map") && matchMedia("(min-width: 80rem)").matches && document.querySelector("#doctors")) openMap();
})();
