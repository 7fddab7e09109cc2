// Who else is in the grid, and in which cell: asked every few seconds while the page is looked at. Only a hint.

import { send } from "./talk.js";

const EVERY_MS = 8000;

export function presence(grid) {
  const { boot, selection, store, signal } = grid;
  const line = grid.root.querySelector("[data-grid-people]");
  let timer = 0;
  let underWay = false;
  let last = "";

  async function ask() {
    clearTimeout(timer);
    if (signal.aborted) return;
    if (document.hidden || underWay) {
      timer = setTimeout(ask, EVERY_MS);
      return;
    }
    underWay = true;
    const item = store.items[selection.active.n];
    const answer = await send(boot.urls.presence, {
      track: item?.id ?? 0,
      column: selection.field,
    }).catch(() => null);
    underWay = false;
    if (signal.aborted) return;
    if (answer) show(answer.people);
    timer = setTimeout(ask, EVERY_MS);
  }

  function show(people) {
    const told = JSON.stringify(people);
    if (told === last) return;
    last = told;
    selection.people = new Map(people.map(({ track_id, column, name }) => [`${track_id}:${column}`, name]));
    const names = people.map(({ name }) => name);
    line.textContent = names.length ? `Also here: ${names.join(", ")}` : "";
    line.hidden = !names.length;
    grid.redraw();
  }

  document.addEventListener("visibilitychange", () => !document.hidden && ask(), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  timer = setTimeout(ask, 400);
  return {
    moved() {
      clearTimeout(timer);
      timer = setTimeout(ask, 1500);
    },
  };
}
