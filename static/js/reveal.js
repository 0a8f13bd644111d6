"use strict";
// A button beside each password that shows what was typed. Its words come from the page's language.
const words = { es: ["Mostrar", "Ocultar"], pt: ["Mostrar", "Ocultar"], en: ["Show", "Hide"] };

for (const field of document.querySelectorAll("input[data-reveal]")) {
  const [show, hide] = words[document.documentElement.lang.slice(0, 2)] || words.en;
  const button = document.createElement("button");
  const group = document.createElement("div");
  button.type = "button";
  button.className = "btn btn-quiet";
  button.textContent = show;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", field.id);
  group.className = "input-group";
  field.replaceWith(group);
  group.append(field, button);
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? show : hide;
    button.setAttribute("aria-pressed", String(!shown));
  });
  // A browser must not remember it as a text that was typed.
  field.form?.addEventListener("submit", () => { field.type = "password"; });
}
