// Records a visit with the browser's microphone. What it gives is kept and sent by recorder_pieces.js, five seconds at a time.
"use strict";

(() => {
  const root = document.querySelector("[data-recorder]");
  if (!root) return;
  const PIECE = 5000; // ms
  const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/mp4"];
  const { Sender, store, ask } = window.recordingPieces;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const act = (name) => root.querySelector(`[data-act=${name}]`);
  const words = Object.fromEntries([...root.querySelectorAll("[data-word]")].map((line) => [line.dataset.word, line.textContent]));
  const machine = part("machine"), agrees = document.querySelector("[data-agrees]");
  const { visit, who, begin, recordings, note } = root.dataset;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  let state = "ready", sender = null, recorder = null, stream = null, sound = null, awake = null;
  let before = 0, since = 0, heardAt = 0, waits = 0, release = () => {};

  const seconds = () => before + (since ? (performance.now() - since) / 1000 : 0);
  const clock = (all) => {
    const whole = Math.floor(all), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    const tail = String(whole % 60).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
  };
  const inWords = (all) => {
    const whole = Math.round(all), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    const parts = [[hours, "hours"], [minutes, "minutes"], [hours ? 0 : whole % 60, "seconds"]];
    return parts.filter(([count]) => count).map(([count, name]) => words[name].replace("#", count)).join(" ") || words.seconds.replace("#", 0);
  };
  const isUnder = () => ["recording", "paused", "sending"].includes(state);

  function become(next) {
    state = next;
    machine.dataset.is = next;
    part("state").textContent = words[next];
    part("said").textContent = words[next];
    const shown = { start: ["ready", "asking"], pause: ["recording"], resume: ["paused"], stop: ["recording", "paused"] };
    for (const [name, states] of Object.entries(shown)) act(name).hidden = !states.includes(next);
    act("start").toggleAttribute("aria-busy", next === "asking");
    part("device").disabled = !["ready", "paused"].includes(next);
    root.toggleAttribute("data-keeps-session", isUnder());
    document.querySelector(".record-upload").hidden = isUnder();
    allow();
  }
  function allow() {
    const may = "allowed" in root.dataset || (agrees && agrees.checked), elsewhere = part("server-left");
    act("start").disabled = !may || state === "asking" || Boolean(elsewhere && !elsewhere.hidden) || !part("left").hidden;
    part("asks").hidden = may || state !== "ready";
  }
  function say(place, word) {
    const line = part(place), text = word && (words[word] || word);
    line.hidden = !text;
    if (text && line.querySelector("span").textContent !== text) line.querySelector("span").textContent = text;
  }
  function tell(what, detail) {
    if (what === "refused") { say("wrong", detail.code === "RECORDING_CLOSED" ? "closed" : detail.message); stopMachine(); return; }
    if (what === "full") { say("wrong", "full"); return; }
    waits = typeof detail === "number" ? detail : waits;
    const line = part("sent");
    if (what === "sent") line.textContent = waits > 1 ? words.someWait.replace("#", waits) : waits === 1 ? words.oneWaits : words.allSent;
    else if (what === "signedOut") line.textContent = words.signedOut;
    else line.textContent = (what === "offline" ? words.offline : words.failed).replace("#", waits);
  }

  // One tab of this browser records a visit; the server sees to the other devices.
  function alone() {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((done) => {
      navigator.locks.request(`recording-${visit}`, { ifAvailable: true }, (lock) => {
        done(Boolean(lock));
        return lock ? new Promise((free) => { release = free; }) : undefined;
      });
    });
  }

  async function listen() {
    if (!window.isSecureContext || !navigator.mediaDevices) throw new Error(window.isSecureContext ? "unable" : "insecure");
    if (!window.MediaRecorder || !window.indexedDB || !TYPES.some((type) => MediaRecorder.isTypeSupported(type))) throw new Error("unable");
    const device = part("device").value;
    const wanted = { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true };
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: device ? { ...wanted, deviceId: { exact: device } } : wanted });
    } catch (error) {
      const known = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "noMicrophone", OverconstrainedError: "noMicrophone", NotReadableError: "busy" };
      throw new Error(known[error.name] || "noMicrophone");
    }
    stream.getAudioTracks()[0].addEventListener("ended", () => { if (state === "recording") { pause(); say("wrong", "unplugged"); deaf(); } });
    fillDevices();
  }
  function deaf() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    if (sound) sound.context.close();
    stream = recorder = sound = null;
  }

  // A run of the recorder: a file of its own, cut into pieces. `arrived` is settled when its last piece is kept.
  function run() {
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const mine = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 });
    let last = Promise.resolve();
    mine.addEventListener("dataavailable", ({ data }) => {
      if (!data.size) return;
      last = last.then(async () => {
        sender.recording.seconds = seconds();
        await sender.add(await data.arrayBuffer());
      });
    });
    mine.arrived = new Promise((done) => { mine.addEventListener("stop", () => last.then(done)); });
    mine.start(PIECE);
    recorder = mine;
    return type;
  }

  async function start(recording) {
    say("wrong");
    become("asking");
    try {
      if (!sender && !(await alone())) throw new Error("twoTabs");
      await listen();
    } catch (error) {
      deaf();
      release();
      become("ready");
      say("wrong", error.message);
      return;
    }
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const mine = recording || { id: crypto.randomUUID(), visit, who, server: null, type, seconds: 0, next: 0, finished: false };
    sender ||= new Sender(mine, { begin, recordings, agrees: () => Boolean(agrees && agrees.checked), tell });
    before = mine.seconds;
    part("left").hidden = true;
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    await store.save(mine).catch(() => say("wrong", "full"));
    run();
    goOn();
    watchSound();
    sender.hasBegun().catch(() => {}); // a refusal is told now, not after the first piece
  }
  function goOn() {
    since = performance.now();
    heardAt = since;
    become("recording");
    stayAwake();
  }
  function pause() {
    if (state !== "recording") return;
    before = seconds();
    since = 0;
    if (recorder && recorder.state === "recording") { recorder.requestData(); recorder.pause(); }
    become("paused");
    letSleep();
  }
  async function resume() {
    say("wrong");
    if (recorder && recorder.state === "paused" && !changed()) {
      recorder.resume();
      goOn();
      return;
    }
    await endRun(); // another microphone, or it was gone: a new run
    try { await listen(); } catch (error) { say("wrong", error.message); return; }
    run();
    goOn();
    watchSound();
  }
  const changed = () => {
    const now = stream && stream.getAudioTracks()[0].getSettings().deviceId, wanted = part("device").value;
    return Boolean(wanted && wanted !== now);
  };
  async function endRun() {
    const ending = recorder;
    if (ending && ending.state !== "inactive") { ending.stop(); await ending.arrived; }
    deaf();
  }
  async function stop() {
    before = seconds();
    since = 0;
    become("sending");
    letSleep();
    await endRun();
    await send();
  }
  async function send() {
    become("sending");
    if (await sender.finish()) {
      become("finished");
      release();
      location.assign(note);
    }
  }
  function stopMachine() {
    before = seconds();
    since = 0;
    endRun();
    letSleep();
    release();
    become("ready");
    act("start").disabled = true;
    offer();
  }

  async function stayAwake() {
    try { awake = await navigator.wakeLock.request("screen"); } catch { awake = null; }
  }
  function letSleep() { if (awake) awake.release().catch(() => {}); awake = null; }

  // The level: how loud the last half minute was.
  function watchSound() {
    const context = new AudioContext(), analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(stream).connect(analyser);
    sound = { context, analyser, wave: new Float32Array(analyser.fftSize), bars: [] };
  }
  function measure() {
    part("time").textContent = clock(seconds());
    if (!sound || state !== "recording") return;
    sound.analyser.getFloatTimeDomainData(sound.wave);
    const loud = Math.sqrt(sound.wave.reduce((sum, each) => sum + each * each, 0) / sound.wave.length);
    sound.bars = [...sound.bars, loud].slice(-80);
    if (loud > 0.0015) heardAt = performance.now();
    say("hint", performance.now() - heardAt > 12000 ? "silent" : "");
    draw();
  }
  function draw() {
    const canvas = part("level"), pen = canvas.getContext("2d"), { width, height } = canvas;
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(canvas).color;
    sound.bars.forEach((loud, nth) => {
      const tall = Math.max(3, Math.min(1, Math.sqrt(loud) * 2) * (height - 8));
      pen.fillRect(width - (sound.bars.length - nth) * 8, (height - tall) / 2, 4, tall);
    });
  }
  setInterval(() => { if (!calm.matches || !sound || sound.bars.length === 0 || Date.now() % 500 < 110) measure(); }, 100);

  async function fillDevices() {
    const place = part("device"), chosen = place.value;
    const found = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind, label, deviceId }) => kind === "audioinput" && label && deviceId !== "default");
    place.replaceChildren(place.options[0], ...found.map(({ label, deviceId }) => new Option(label, deviceId)));
    place.value = found.some(({ deviceId }) => deviceId === chosen) ? chosen : "";
  }

  // What was left on this device: offered again.
  let left = null;
  async function offer() {
    const kept = await store.of(visit, who).catch(() => []);
    left = null;
    for (const each of kept) {
      if (!each.server && !(await store.count(each.id))) await store.forget(each.id);
      else left = each;
    }
    part("left").hidden = !left;
    const other = part("server-left");
    allow();
    if (!left) return;
    const line = part("left-said");
    line.textContent = line.dataset.text.replace("#", inWords(left.seconds || 0));
    if (other && left.server === root.dataset.server) other.hidden = true;
    const closed = left.server && (await isClosed(left.server));
    act("continue").hidden = closed || left.finished;
    act("send").hidden = closed;
    if (closed) say("wrong", "closed");
    allow();
  }
  async function isClosed(server) {
    try {
      const { ok, told } = await ask("GET", `${recordings}${server}/pieces`);
      return ok && !told.open;
    } catch { return false; }
  }
  function senderOf(recording) { return new Sender(recording, { begin, recordings, agrees: () => Boolean(agrees && agrees.checked), tell }); }

  const acts = {
    start: () => start(null),
    pause, resume, stop,
    continue: async () => {
      if (!(await alone())) { say("wrong", "twoTabs"); return; }
      sender = senderOf(left);
      start(left);
    },
    send: async () => {
      if (!(await alone())) { say("wrong", "twoTabs"); return; }
      sender = senderOf(left);
      before = left.seconds;
      part("left").hidden = true;
      send();
    },
    delete: async () => {
      await senderOf(left).discard();
      location.reload();
    },
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button && !button.disabled) acts[button.dataset.act]();
  });
  // The form for a file asks the same, for who has no scripts: here it is asked once.
  const form = document.querySelector("[data-record-upload]"), same = form.elements.agrees;
  if (agrees) {
    same.closest(".field").hidden = true;
    agrees.addEventListener("change", () => { same.checked = agrees.checked; allow(); });
  }
  addEventListener("beforeunload", (event) => { if (isUnder()) { event.preventDefault(); event.returnValue = ""; } });
  addEventListener("pagehide", () => { if (recorder && recorder.state === "recording") recorder.requestData(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && state === "recording") stayAwake(); });
  if (navigator.mediaDevices) navigator.mediaDevices.addEventListener("devicechange", fillDevices);

  document.querySelectorAll("[data-recorder-part]").forEach((each) => { each.hidden = false; });
  machine.hidden = false;
  become("ready");
  if (!window.isSecureContext) say("wrong", "insecure");
  offer();

  // Uploading a file: the same form, with how far it is.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const bar = document.querySelector("[data-upload-progress]"), wrong = document.querySelector("[data-upload-wrong]");
    const button = form.querySelector("button[type=submit]"), request = new XMLHttpRequest();
    const stopped = () => { bar.hidden = true; button.disabled = false; };
    wrong.hidden = true;
    button.disabled = true;
    bar.hidden = false;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const percent = Math.round((loaded / total) * 100);
      bar.querySelector("progress").value = percent;
      bar.querySelector("span").textContent = `${percent} %`;
    });
    request.addEventListener("error", () => {
      stopped();
      const line = wrong.querySelector("span");
      line.textContent = line.dataset.broken;
      wrong.hidden = false;
    });
    request.addEventListener("load", () => {
      stopped();
      if (request.status < 300 && !request.responseURL.endsWith("/record")) { location.assign(request.responseURL); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const told = page.querySelector("[data-errors] ul"), line = wrong.querySelector("span");
      line.textContent = told ? told.textContent.trim().replace(/\s+/g, " ") : line.dataset.broken;
      wrong.hidden = false;
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  }, { capture: true });
})();
