// Forms that a passkey signs: data-passkey says whether one is made (`create`) or used (`get`), data-options where from.
"use strict";

(() => {
  const cookie = (name) => decodeURIComponent((document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1] || "");
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const ids = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

  const make = (options) => navigator.credentials.create({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: ids(options.excludeCredentials),
  } });
  const use = (options) => navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: ids(options.allowCredentials),
  } });

  function written(credential) {
    const { response } = credential, found = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      found.attestationObject = text(response.attestationObject);
      found.transports = response.getTransports ? response.getTransports() : [];
    } else {
      found.authenticatorData = text(response.authenticatorData);
      found.signature = text(response.signature);
      if (response.userHandle) found.userHandle = text(response.userHandle);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: found, clientExtensionResults: {} });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-button]"), said = form.querySelector("[data-passkey-said]");
    if (!window.PublicKeyCredential || !navigator.credentials) {
      if (form.hasAttribute("data-quiet")) said.textContent = "";
      continue;
    }
    button.hidden = false;
    said.textContent = "";
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (busy) return;
      busy = true;
      button.setAttribute("aria-busy", "true");
      said.textContent = "";
      try {
        const answer = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRF-Token": cookie("csrftoken") } });
        if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) {
          location.assign(form.dataset.confirm || location.href); // to prove first who one is, or to begin anew
          return;
        }
        const options = await answer.json();
        if (!answer.ok) throw new Error(options.message);
        const credential = await (form.dataset.passkey === "create" ? make(options) : use(options));
        form.elements.passkey.value = written(credential);
        form.submit();
      } catch (error) {
        const kind = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" }[error.name];
        said.textContent = error.constructor === Error ? error.message : said.dataset[kind || "failed"];
        busy = false;
        button.removeAttribute("aria-busy");
      }
    });
    window.addEventListener("pageshow", () => { busy = false; button.removeAttribute("aria-busy"); });
  }
})();
