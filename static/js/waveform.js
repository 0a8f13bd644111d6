// The waveform over the sound of a visit; it comes once the page is drawn. Nothing depends on it.
"use strict";

(() => {
  const SHORT = 20 * 60; // seconds that a browser may read as a whole to draw them
  const sound = document.querySelector("[data-sound]"), place = sound && sound.querySelector("[data-wave]");
  const audio = sound && sound.querySelector("audio");
  if (!place || !audio || !window.WaveSurfer) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw(found = {}) {
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
      ...found,
    });
    wave.on("ready", () => sound.classList.add("has-wave"));
    wave.on("error", () => { wave.destroy(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wave.setOptions({ waveColor: colour("--edge"), progressColor: colour("--primary"), cursorColor: colour("--ink") }));
  }

  if (place.dataset.peaks) {
    fetch(place.dataset.peaks, { headers: { "X-By-Itself": "1" } })
      .then((answer) => answer.json())
      .then(({ peaks, seconds }) => draw({ peaks: [peaks], duration: seconds }), () => {});
  } else if (Number(sound.dataset.seconds) <= SHORT) draw();
})();
