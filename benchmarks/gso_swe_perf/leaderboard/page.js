// Sorting by a click on a column's head, and choosing rows by their verdict. Without it the page is whole but still.
"use strict";
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const order = (row, column) => row.cells[column].dataset.order;

  const sort = (head, column) => {
    const up = head.getAttribute("aria-sort") === "descending";
    const numeric = head.classList.contains("figure");
    const compare = (one, other) => {
      const [a, b] = [order(one, column), order(other, column)];
      if (a === "" || b === "") return (a === "") - (b === "");
      const sign = up ? 1 : -1;
      return sign * (numeric ? Number(a) - Number(b) || 0 : b.localeCompare(a));
    };
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...[...body.rows].sort(compare));
  };

  heads.forEach((head, column) => {
    if ("fixed" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head, column));
    head.replaceChildren(button);
  });

  if (!("chosen" in table.dataset)) continue;
  const words = (row) => row.dataset.words.split("|");
  const counts = new Map();
  for (const row of body.rows) for (const word of words(row)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const select = document.createElement("select");
  select.add(new Option(`all (${body.rows.length})`, ""));
  for (const [word, count] of [...counts].sort()) select.add(new Option(`${word} (${count})`, word));
  select.addEventListener("change", () => {
    for (const row of body.rows) row.hidden = select.value !== "" && !words(row).includes(select.value);
  });
  const label = document.createElement("label");
  label.className = "choice";
  label.append("show ", select);
  table.parentElement.before(label);
}
