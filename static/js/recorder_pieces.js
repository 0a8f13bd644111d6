// The pieces of a recording: kept on this device as they come (IndexedDB), sent as they can be, dropped once they arrived.
"use strict";

window.recordingPieces = (() => {
  const NAME = "vitas-recordings";
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");
  const later = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

  // `recordings`: {id, visit, who, server, type, seconds, next, finished}; `pieces`: {recording, number, bytes}.
  let opening = null;
  function open() {
    opening ||= new Promise((done, failed) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("recordings", { keyPath: "id" });
        request.result.createObjectStore("pieces", { keyPath: ["recording", "number"] });
      };
      request.onsuccess = () => done(request.result);
      request.onerror = () => { opening = null; failed(request.error); };
    });
    return opening;
  }
  async function within(stores, mode, work) {
    const transaction = (await open()).transaction(stores, mode, { durability: "strict" });
    const whole = new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
    const result = await work(transaction);
    await whole;
    return result;
  }
  const range = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);

  const store = {
    save: (recording) => within(["recordings"], "readwrite", (t) => asked(t.objectStore("recordings").put({ ...recording }))),
    add: (recording, number, bytes) => within(["recordings", "pieces"], "readwrite", (t) => {
      t.objectStore("pieces").put({ recording: recording.id, number, bytes });
      return asked(t.objectStore("recordings").put({ ...recording }));
    }),
    first: (id) => within(["pieces"], "readonly", async (t) => {
      const cursor = await asked(t.objectStore("pieces").openCursor(range(id)));
      return cursor ? cursor.value : null;
    }),
    get: (id, number) => within(["pieces"], "readonly", (t) => asked(t.objectStore("pieces").get([id, number]))),
    count: (id) => within(["pieces"], "readonly", (t) => asked(t.objectStore("pieces").count(range(id)))),
    drop: (id, number) => within(["pieces"], "readwrite", (t) => asked(t.objectStore("pieces").delete([id, number]))),
    forget: (id) => within(["recordings", "pieces"], "readwrite", (t) => {
      t.objectStore("pieces").delete(range(id));
      return asked(t.objectStore("recordings").delete(id));
    }),
    async of(visit, who) {
      const all = await within(["recordings"], "readonly", (t) => asked(t.objectStore("recordings").getAll()));
      return all.filter((each) => each.visit === visit && each.who === who);
    },
  };

  async function ask(method, address, body, headers = {}) {
    const answer = await fetch(address, {
      method, body, credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRF-Token": cookie("csrftoken"), ...headers },
    });
    const json = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, ok: answer.ok && json, told: json ? await answer.json() : {} };
  }

  async function hashed(bytes) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // Sends one recording's pieces, the oldest first, and goes on trying. `tell(state, detail)`: how it stands.
  class Sender {
    constructor(recording, { begin, recordings, agrees, tell }) {
      Object.assign(this, { recording, begin, recordings, agrees, tell });
      this.unsaved = new Map(); // what the device had no room for
      this.tries = 0;
      this.dead = false;
      this.wake = () => {};
      const again = () => { this.tries = 0; this.wake(); };
      addEventListener("online", again);
      document.body.addEventListener("session-back", again);
    }

    async add(bytes) {
      const number = this.recording.next;
      this.recording.next += 1;
      try {
        await store.add(this.recording, number, bytes);
      } catch {
        this.unsaved.set(number, bytes);
        this.tell("full");
      }
      this.run();
    }

    async waiting() { return (await store.count(this.recording.id).catch(() => 0)) + this.unsaved.size; }

    // Ends when nothing waits any more, or when nothing more is taken.
    run() { this.running ||= this.loop().finally(() => { this.running = null; }); return this.running; }

    async loop() {
      while (!this.dead) {
        const next = await this.oldest();
        if (!next) { this.tell("sent", 0); return; }
        if (await this.trySending(next)) { this.tries = 0; this.tell("sent", await this.waiting()); continue; }
        if (this.dead) return;
        this.tries += 1;
        await Promise.race([later(Math.min(30000, 1000 * 2 ** Math.min(this.tries, 5))), new Promise((done) => { this.wake = done; })]);
      }
    }

    async oldest() {
      const kept = await store.first(this.recording.id).catch(() => null);
      const [unsaved] = [...this.unsaved.keys()].sort((a, b) => a - b);
      if (unsaved === undefined || (kept && kept.number < unsaved)) return kept;
      return { number: unsaved, bytes: this.unsaved.get(unsaved) };
    }

    async trySending({ number, bytes }) {
      try {
        if (!(await this.hasBegun())) return false;
        const address = `${this.recordings}${this.recording.server}/pieces/${number}`;
        const { ok, status, told } = await ask("PUT", address, bytes, { "X-Content-SHA256": await hashed(bytes), "Content-Type": "application/octet-stream" });
        if (!ok) return await this.refused(status, told);
        this.unsaved.delete(number);
        await store.drop(this.recording.id, number).catch(() => {});
        return true;
      } catch {
        this.tell("offline", await this.waiting());
        return false;
      }
    }

    // Once, however many ask at the same time.
    hasBegun() {
      if (this.recording.server) return Promise.resolve(true);
      this.beginning ||= this.beginIt().finally(() => { this.beginning = null; });
      return this.beginning;
    }

    async beginIt() {
      const body = JSON.stringify({ contentType: this.recording.type, agrees: this.agrees() });
      const { ok, status, told } = await ask("POST", this.begin, body, { "Content-Type": "application/json" });
      if (!ok) return this.refused(status, told);
      this.recording.server = told.id;
      await store.save(this.recording).catch(() => {});
      return true;
    }

    async refused(status, told) {
      const error = told.error || {};
      if (status === 401) this.tell("signedOut");
      else if ([403, 404, 409, 422].includes(status) && error.code) {
        this.dead = true;
        this.tell("refused", error);
      } else this.tell("failed", await this.waiting());
      return false;
    }

    // All is there: the server may put it together. Pieces it lacks are sent once more, if they are still here.
    async finish() {
      this.recording.finished = true;
      await store.save(this.recording).catch(() => {});
      await this.run();
      for (let round = 0; !this.dead; round += 1) {
        const form = new URLSearchParams({ pieces: round > 2 ? "0" : String(this.recording.next) });
        try {
          const { ok, status, told } = await ask("POST", `${this.recordings}${this.recording.server}/finish`, form);
          if (ok) {
            await store.forget(this.recording.id).catch(() => {});
            return true;
          }
          if (!told.error || told.error.code !== "PIECES_MISSING") {
            await this.refused(status, told);
            if (this.dead) return false;
          }
        } catch { this.tell("offline", 0); }
        await Promise.race([later(Math.min(30000, 1000 * 2 ** Math.min(round, 5))), new Promise((done) => { this.wake = done; })]);
        await this.run();
      }
      return false;
    }

    async discard() {
      this.dead = true;
      await store.forget(this.recording.id).catch(() => {});
      if (this.recording.server) await ask("POST", `${this.recordings}${this.recording.server}/discard`).catch(() => {});
    }
  }

  return { Sender, store, ask };
})();
