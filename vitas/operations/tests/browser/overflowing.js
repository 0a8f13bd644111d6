// What does not fit into its own box, stands a letter a line, or reaches over the right edge of the window; at most twelve lines. An entry of the
// calendar is as wide as its day; its name has all of it, and it opens.
() => {
  const wide = document.documentElement.clientWidth;
  const told = (element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute("class")} “${element.textContent.trim().slice(0, 40)}”`;
  const apart = (element) =>
    element.closest("[data-scrolls], .ec-event, .leaflet-container, .visually-hidden, dialog:not([open]), [popover]");
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  const found = [];
  if (document.documentElement.scrollWidth > wide) {
    found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${wide}`);
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility() || element.closest("svg") || apart(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width <= 1) continue;
    const style = getComputedStyle(element);
    if (box.right > wide + 1 && box.left >= 0 && style.position !== "fixed" && !scrolls(element)) {
      found.push(`over the edge by ${Math.round(box.right - wide)} px: ${told(element)}`);
    }
    if (box.width < 16 && box.height > 60 && !element.childElementCount && element.textContent.trim().length > 3) {
      found.push(`squeezed: ${told(element)}`);
    }
    const hides = ["hidden", "clip"].includes(style.overflowX) && element.textContent.trim();
    if (hides && element.scrollWidth > element.clientWidth + 1) {
      found.push(`cut: ${told(element)}`);
    }
  }
  return found.slice(0, 12);
};
