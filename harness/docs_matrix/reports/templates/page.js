"use strict";
{
  const form = document.getElementById("filters");
  const findings = [...document.querySelectorAll(".finding")];
  const shown = document.getElementById("shown");
  const choose = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const part = wanted.path.trim().toLowerCase();
    let count = 0;
    for (const finding of findings) {
      const told = finding.dataset;
      const fits =
        (!wanted.cell || told.cells.split(" ").includes(wanted.cell)) &&
        (!wanted.verdict || told.verdict === wanted.verdict) &&
        (!wanted.category || told.category === wanted.category) &&
        (!part || told.path.toLowerCase().includes(part));
      finding.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = `${count} of ${findings.length} shown`;
  };
  form.addEventListener("input", choose);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = findings.length === 0;
  choose();
}
