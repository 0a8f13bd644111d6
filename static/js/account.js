// Signing in: the code goes off when its six digits are there, a prefix chooses its country, a new code waits its minute.
"use strict";

(() => {
  for (const form of document.querySelectorAll("form[data-code]")) {
    const field = form.querySelector("[name=code]");
    field.addEventListener("input", () => {
      const digits = field.value.replace(/\D/g, "");
      if (digits.length === 6 && !form.dataset.sent) {
        field.value = digits;
        form.requestSubmit();
      }
    });
  }

  const country = document.getElementById("id_country"), phone = document.getElementById("id_phone");
  if (country && phone) {
    const prefixes = [...country.options]
      .map((option) => ({ option, prefix: (option.text.match(/\(\+(\d+)\)/) || [])[1] }))
      .filter(({ prefix }) => prefix)
      .sort((one, other) => other.prefix.length - one.prefix.length);
    phone.addEventListener("input", () => {
      const typed = phone.value.replace(/[^\d+]/g, "").replace(/^00/, "+");
      const found = typed.startsWith("+") && prefixes.find(({ prefix }) => typed.startsWith(`+${prefix}`));
      const chosen = found && prefixes.find(({ option, prefix }) => option.selected && prefix === found.prefix);
      if (found && !chosen) found.option.selected = true;
    });
  }

  const again = document.getElementById("again");
  const countdown = again && again.querySelector("[data-countdown]");
  if (countdown) {
    const button = again.querySelector("button");
    button.disabled = true;
    countdown.addEventListener("lapsed", () => {
      button.disabled = false;
      again.querySelector(".again-wait").hidden = true;
    });
  }
})();
