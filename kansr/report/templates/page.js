// The points of the front: whatever is under the pointer, has the focus or was chosen is shown beside the chart.
"use strict";
const marks = [...document.querySelectorAll(".mark")];
const detail = document.querySelector(".detail");
const rowOf = (mark) => document.getElementById(mark.getAttribute("href").slice(1));

function show(mark) {
  const row = rowOf(mark);
  for (const one of marks) {
    one.classList.toggle("now", one === mark);
    rowOf(one).classList.toggle("now", one === mark);
  }
  detail.replaceChildren(...row.querySelector("template").content.cloneNode(true).children);
}

marks.forEach((mark, i) => {
  mark.addEventListener("mouseenter", () => show(mark));
  mark.addEventListener("focus", () => show(mark));
  mark.addEventListener("click", (event) => { event.preventDefault(); mark.focus(); show(mark); });
  mark.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    marks[Math.max(0, Math.min(marks.length - 1, i + step))].focus();
  });
});
const hint = document.querySelector(".hint");
if (hint) hint.textContent += " Tab and the arrow keys step through them.";
const chosen = document.querySelector(".mark.chosen");
if (chosen) show(chosen);

// Paper shows everything.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
