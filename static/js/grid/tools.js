// Above the grid: search, filters, columns, saved views. What is looked at stands in the address, so it can be sent on.

import { toast } from "../toast.js";
import { send, withId } from "./talk.js";

export function tools(grid) {
  const { boot, root, signal } = grid;
  const search = root.querySelector("[data-grid-search]");
  const chips = root.querySelector("[data-grid-filters]");
  const on = (selector, name, act) =>
    (root.querySelector(selector) ?? document.querySelector(selector))?.addEventListener(name, act, { signal });
  const fail = (error) => toast(error.whole ?? String(error), { kind: "error" });

  async function change(part) {
    const before = grid.query;
    try {
      await grid.open({ ...grid.query, ...part });
    } catch (error) {
      grid.query = before;
      fail(error);
      return;
    }
    draw();
    const address = new URL(location.href);
    address.searchParams.delete("view");
    address.searchParams.delete("q");
    address.searchParams.set("query", JSON.stringify(grid.query));
    history.replaceState(history.state, "", address);
  }

  function draw() {
    search.value = grid.query.q;
    chips.replaceChildren(...grid.query.filters.map(chip));
    chips.hidden = !grid.query.filters.length;
  }

  function chip(filter, at) {
    const [name, test, text] = filter;
    const made = document.createElement("li");
    made.className = "chip accepted";
    const words = document.createElement("span");
    words.className = "term";
    words.dir = "auto";
    words.textContent = `${grid.byName.get(name).label} ${boot.tests[test]} ${text}`.trim();
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove the filter: ${words.textContent}`);
    remove.addEventListener("click", () => change({ filters: grid.query.filters.filter((_, n) => n !== at) }));
    made.append(words, remove);
    return made;
  }

  on("[data-grid-search-form]", "submit", (event) => {
    event.preventDefault();
    change({ q: search.value.trim() }).then(() => grid.element.focus());
  });
  search.addEventListener("search", () => {
    if (!search.value && grid.query.q) change({ q: "" });
  }, { signal });

  // Filters

  const filterForm = document.querySelector("#grid-filter form");
  const columns = filterForm.elements.column;
  const tests = filterForm.elements.test;
  const value = filterForm.elements.text;
  columns.replaceChildren(...boot.columns.map(({ name, label }) => new Option(label, name)));
  const adapt = () => {
    const column = grid.byName.get(columns.value);
    const kept = tests.value;
    tests.replaceChildren(...column.tests.map((test) => new Option(boot.tests[test], test, false, test === kept)));
    needsText();
  };
  const needsText = () => {
    value.closest(".field").hidden = ["empty", "filled"].includes(tests.value);
  };
  columns.addEventListener("change", adapt, { signal });
  tests.addEventListener("change", needsText, { signal });
  on("[data-open-filter]", "click", () => {
    columns.value = grid.selection.field || "title";
    value.value = "";
    adapt();
    document.getElementById("grid-filter").showModal();
  });
  filterForm.addEventListener("submit", (event) => {
    event.preventDefault();
    document.getElementById("grid-filter").close();
    const filter = [columns.value, tests.value, value.value.trim()];
    change({ filters: [...grid.query.filters, filter] }).then(() => grid.element.focus());
  }, { signal });

  // Columns

  const chooser = document.getElementById("grid-columns");
  const list = chooser.querySelector("[data-columns]");
  const linePattern = document.getElementById("grid-column-line").content.firstElementChild;

  function line(column) {
    const made = linePattern.cloneNode(true);
    const entry = grid.shown.find(([name]) => name === column.name);
    made.dataset.name = column.name;
    made.dataset.width = entry?.[1] ?? 140;
    const [show, freeze] = made.querySelectorAll("input");
    show.checked = Boolean(entry);
    show.id = `grid-show-${column.name}`;
    made.querySelector("label").htmlFor = show.id;
    made.querySelector("label").textContent = column.label;
    freeze.checked = Boolean(entry?.[2]);
    freeze.setAttribute("aria-label", `Keep ${column.label} in sight`);
    for (const [name, step] of [["up", -1], ["down", 1]]) {
      const button = made.querySelector(`[data-${name}]`);
      button.setAttribute("aria-label", `Move ${column.label} ${name}`);
      button.addEventListener("click", () => {
        const other = step < 0 ? made.previousElementSibling : made.nextElementSibling;
        if (other) step < 0 ? other.before(made) : other.after(made);
        button.focus();
      });
    }
    return made;
  }

  on("[data-open-columns]", "click", () => {
    const order = grid.fields();
    const rest = boot.columns.filter(({ name }) => !order.includes(name));
    list.replaceChildren(...[...order.map((name) => grid.byName.get(name)), ...rest].map(line));
    chooser.showModal();
  });
  chooser.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const shown = [...list.children]
      .filter((made) => made.querySelector("input").checked)
      .map((made) => [made.dataset.name, Number(made.dataset.width), made.querySelectorAll("input")[1].checked]);
    if (!shown.length) return;
    chooser.close();
    // What is kept in sight stands at the left.
    grid.setColumns([...shown.filter((entry) => entry[2]), ...shown.filter((entry) => !entry[2])]).catch(fail);
  }, { signal });

  // Views

  const viewDialog = document.getElementById("grid-view");
  on("[data-open-view]", "click", () => viewDialog.showModal());
  viewDialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, shared } = event.target.elements;
    try {
      const { view } = await send(boot.urls.view_save, {
        name: name.value,
        shared: shared?.checked ?? false,
        settings: { query: grid.query, columns: grid.shown },
      });
      location.assign(`${boot.urls.grid}?view=${view.id}`);
    } catch (error) {
      viewDialog.close();
      fail(error);
    }
  }, { signal });
  for (const button of document.querySelectorAll("[data-remove-view]")) {
    button.addEventListener("click", async () => {
      try {
        await send(withId(boot.urls.view_remove, button.dataset.removeView), {});
        location.assign(boot.urls.grid);
      } catch (error) {
        fail(error);
      }
    }, { signal });
  }

  on("[data-open-keys]", "click", () => document.getElementById("grid-keys").showModal());
  on("[data-grid-undo]", "click", () => grid.saving.undo());
  draw();
  return { change, search: () => { search.focus(); search.select(); } };
}
