"use strict";
// Without this script everything is shown; with it, it can be filtered and folded.
(() => {
  const form = document.querySelector(".filters");
  const rows = [...document.querySelectorAll("table.status tbody tr")];
  const ticked = (name) =>
    [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);

  function filter() {
    const verdicts = ticked("verdict");
    const kinds = ticked("kind");
    for (const row of rows) {
      const has = row.dataset.kinds.split(" ");
      row.hidden = !(
        verdicts.includes(row.dataset.verdict) && kinds.every((kind) => has.includes(kind))
      );
    }
    const shown = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = `${shown} of ${rows.length} claims`;
  }

  form.addEventListener("change", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();

  for (const button of document.querySelectorAll("button[data-details]")) {
    button.closest(".tools").hidden = false;
    button.addEventListener("click", () => {
      for (const each of document.querySelectorAll("main details")) {
        each.open = button.dataset.details === "open";
      }
    });
  }

  // A row that a filter hides is shown again when a link leads to it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#row-']");
    const row = link && document.getElementById(link.hash.slice(1));
    if (row && row.hidden) {
      form.reset();
      setTimeout(() => row.scrollIntoView());
    }
  });

  // What is wider than its box can be scrolled by keyboard, too. What is folded has no size yet.
  function reachable() {
    const boxes = [...document.querySelectorAll(".scroll, .flow, .reason")];
    const unfolded = boxes.filter((box) => !box.closest("details:not([open])"));
    const wide = unfolded.filter((box) => box.scrollWidth > box.clientWidth);
    for (const box of unfolded) box.removeAttribute("tabindex");
    for (const box of wide) box.tabIndex = 0;
  }
  addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true);
  reachable();
})();
