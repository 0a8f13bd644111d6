// The waveform over the sound of a visit; it comes once the page is drawn. Nothing depends on it.
"use strict";

(() => {
  const sound = document.querySelector("[data-sound]"), place = sound && sound.querySelector("[data-wave]");
  const audio = sound && sound.querySelector("audio");
  if (!place || !audio || !window.WaveSurfer) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw() {
    const wave = window.WaveSurfer.create({
      container: place,
      media: audio,
      height: 56,
      barWidth: 2,
      barGap: 2,
      barRadius: 2,
      normalize: true,
      cursorWidth: 2,
      interact: true,
      waveColor: colour("--edge"),
      progressColor: colour("--primary"),
      cursorColor: colour("--ink"),
      cspNonce: sound.dataset.nonce,
    });
    wave.on("ready", () => sound.classList.add("has-wave"));
    wave.on("error", () => { wave.destroy(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wave.setOptions({ waveColor: colour("--edge"), progressColor: colour("--primary"), cursorColor: colour("--ink") }));
  }

  draw();
})();
