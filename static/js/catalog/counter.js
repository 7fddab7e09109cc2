// Says how many characters are left, counted in code points as the server counts them.

import { behaviour } from "../behaviour.js";

behaviour("[data-counter]", (note, signal) => {
  const field = document.getElementById(note.dataset.for);
  const limit = Number(note.dataset.limit);
  if (!field) return;

  function count() {
    const used = [...field.value.trim()].length;
    const left = limit - used;
    note.textContent =
      left < 0
        ? `${(-left).toLocaleString("en")} characters too many.`
        : `${left.toLocaleString("en")} of ${limit.toLocaleString("en")} characters left.`;
    note.classList.toggle("text-danger", left < 0);
  }

  field.addEventListener("input", count, { signal });
  count();
});
