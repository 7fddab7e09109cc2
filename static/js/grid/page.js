// The grid: a table of every track that behaves like a spreadsheet.
//
// Tabulator draws it (virtual rows and columns, widths, frozen columns); what is selected, edited, pasted and told to
// assistive technology is ours (selection.js, editor.js, clipboard.js, saving.js), and so are the rows (store.js).

import { TabulatorFull as Tabulator } from "../../vendor/tabulator-tables/js/tabulator_esm.min.js";
import { behaviour } from "../behaviour.js";
import { announce, toast } from "../toast.js";
import { bulkPanel } from "./bulk.js";
import { clipboard } from "./clipboard.js";
import { askWithTable } from "./dialogs.js";
import { draftsButton } from "./drafts.js";
import { openEditor } from "./editor.js";
import { rowHead, cellContent } from "./look.js";
import { keys } from "./keys.js";
import { presence } from "./presence.js";
import { Saving } from "./saving.js";
import { Selection } from "./selection.js";
import { Store } from "./store.js";
import { withId } from "./talk.js";
import { tools } from "./tools.js";

const NARROW = matchMedia("(max-width: 47.5rem)");
const LEAST_WIDTH = 60;
const NARROW_WIDTH = 168;

behaviour("[data-grid]", (root, signal) => {
  start(root, signal).catch((error) => {
    toast(error.whole ?? `The grid could not be opened: ${error.message}`, { kind: "error" });
  });
});

async function start(root, signal) {
  const boot = JSON.parse(document.getElementById("grid-boot").textContent);
  const element = root.querySelector("[data-grid-table]");
  const status = root.querySelector("[data-grid-status]");
  const byName = new Map(boot.columns.map((column) => [column.name, column]));
  const store = new Store(boot);
  const grid = {
    root, boot, store, element, status, byName, signal,
    shown: boot.shown.filter(([name]) => byName.has(name)),
    query: boot.query,
    fields: () => grid.shown.map(([name]) => name),
    editor: null,
  };
  const selection = new Selection({ rows: () => store.size, fields: grid.fields, onMove: moved });
  grid.selection = selection;

  const rowHeight = document.documentElement.dataset.density === "compact" ? 30 : 40;
  const table = new Tabulator(element, {
    data: [],
    index: "id",
    height: "100%",
    layout: "fitData",
    rowHeight,
    renderHorizontal: "virtual",
    movableColumns: true,
    keybindings: false, // ours are in keys.js
    columnDefaults: { headerSort: false, resizable: "header", minWidth: LEAST_WIDTH },
    columns: definitions(),
    rowFormatter: drawRow,
    placeholder: "No track fits the search and the filters.",
  });
  grid.table = table;
  signal.addEventListener("abort", () => table.destroy());
  await new Promise((done) => table.on("tableBuilt", done));
  if (signal.aborted) return;
  const holder = element.querySelector(".tabulator-tableholder");
  grid.holder = holder;
  holder.removeAttribute("tabindex"); // the grid itself has the focus
  element.tabIndex = 0;
  element.setAttribute("aria-label", "Tracks");
  element.setAttribute("aria-multiselectable", "true");
  element.setAttribute("aria-describedby", "grid-keys-hint");
  if (!boot.canEdit) element.setAttribute("aria-readonly", "true");

  // --- Columns ----------------------------------------------------------------------------------------------------

  function definitions() {
    const head = {
      title: "Row",
      field: "row-head",
      frozen: true,
      width: NARROW.matches ? 52 : 96,
      minWidth: 52,
      resizable: false,
      cssClass: "row-head",
      headerHozAlign: "center",
      formatter: (cell) => rowHead(cell.getData(), boot.urls, NARROW.matches),
    };
    return [head, ...grid.shown.map(([name, width, frozen]) => {
      const column = byName.get(name);
      return {
        title: column.label,
        field: name,
        width: NARROW.matches ? Math.min(width || 140, NARROW_WIDTH) : width || 140,
        frozen: frozen && !NARROW.matches,
        cssClass: `kind-${column.kind}`,
        headerTooltip: column.help || false,
        formatter: (cell) => {
          const item = cell.getData();
          selection.mark(cell.getElement(), item, name);
          return cellContent(item, column);
        },
      };
    })];
  }

  function markHead() {
    element.setAttribute("aria-rowcount", String(store.size + 1));
    element.setAttribute("aria-colcount", String(grid.shown.length + 1));
    element.querySelector(".tabulator-headers")?.setAttribute("aria-rowindex", "1");
    const sorted = grid.query.sort.replace(/^-/, "");
    for (const head of element.querySelectorAll(".tabulator-col")) {
      const field = head.getAttribute("tabulator-field");
      const at = grid.fields().indexOf(field);
      head.setAttribute("aria-colindex", String(at + 2));
      head.classList.toggle("sorted", field === sorted);
      if (field === sorted) {
        const down = grid.query.sort.startsWith("-");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    }
  }

  grid.setColumns = async (shown) => {
    grid.shown = shown;
    store.columns = grid.fields();
    selection.select({ n: selection.active.n, c: 0 }, { n: selection.active.n, c: 0 });
    table.setColumns(definitions());
    markHead();
    store.forget();
    await see();
  };

  table.on("columnResized", (column) => {
    const entry = grid.shown.find(([name]) => name === column.getField());
    if (entry) entry[1] = Math.round(column.getWidth());
  });
  table.on("columnMoved", () => {
    const order = table.getColumns().map((column) => column.getField());
    grid.shown.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
    markHead();
    redraw();
  });
  table.on("headerClick", (event, column) => {
    const field = column.getField();
    if (byName.has(field)) grid.sortBy(field);
  });
  NARROW.addEventListener("change", () => {
    table.setColumns(definitions());
    markHead();
  }, { signal });

  // --- Rows -------------------------------------------------------------------------------------------------------

  // Asking the table for the row of an element would make it draw every row it has.
  const components = new WeakMap();

  function drawRow(row) {
    const item = row.getData();
    const line = row.getElement();
    components.set(line, row);
    line.dataset.n = item.n;
    line.setAttribute("aria-rowindex", String(item.n + 2));
    line.classList.toggle("is-coming", !item.loaded);
  }

  const lines = () => element.querySelectorAll(".tabulator-row");

  function redraw(items = null) {
    const wanted = items && new Set(items.map(({ n }) => n));
    for (const line of lines()) {
      const n = Number(line.dataset.n);
      const item = store.items[n];
      if (!item) continue;
      if (wanted?.has(n)) {
        components.get(line)?.reformat();
        continue;
      }
      if (wanted) continue;
      for (const cell of line.children) {
        const field = cell.getAttribute("tabulator-field");
        if (byName.has(field)) selection.mark(cell, item, field);
      }
    }
  }
  grid.redraw = redraw;

  let seeing = 0;
  async function see() {
    seeing += 1;
    const mine = seeing;
    const top = Math.floor(holder.scrollTop / rowHeight);
    const bottom = top + Math.ceil(holder.clientHeight / rowHeight);
    element.setAttribute("aria-busy", "true");
    try {
      const came = await store.load(top, bottom);
      if (came.length) redraw(came);
    } catch (error) {
      toast(error.whole ?? String(error), { kind: "error" });
    } finally {
      if (mine === seeing) element.removeAttribute("aria-busy");
    }
  }
  grid.refetch = async () => {
    await see();
    redraw();
  };

  let waiting = 0;
  holder.addEventListener("scroll", () => {
    const { editor } = grid;
    if (editor && (editor.top !== holder.scrollTop || editor.left !== holder.scrollLeft)) editor.close();
    clearTimeout(waiting);
    waiting = setTimeout(see, 70);
  }, { signal });

  grid.open = async (query, { keepPlace = false } = {}) => {
    grid.query = query;
    element.setAttribute("aria-busy", "true");
    status.textContent = "Looking …";
    try {
      if (!(await store.open(query, grid.fields()))) return;
    } finally {
      element.removeAttribute("aria-busy");
    }
    await table.setData(store.items);
    if (!keepPlace) selection.select({ n: 0, c: 0 }, { n: 0, c: 0 });
    markHead();
    redraw();
    tell();
    grid.onOpen?.();
    await see();
  };

  grid.sortBy = (field) => {
    const down = grid.query.sort === field;
    grid.tools.change({ sort: down ? `-${field}` : field });
    announce(`Sorted by ${byName.get(field).label}, ${down ? "descending" : "ascending"}.`);
  };

  // --- Place ------------------------------------------------------------------------------------------------------

  function moved({ n }, { quiet = false } = {}) {
    if (!quiet) bringIntoSight(n);
    redraw();
    const cell = cellAt(selection.active);
    if (cell) element.setAttribute("aria-activedescendant", cell.id);
    else element.removeAttribute("aria-activedescendant");
    tell();
    grid.presence?.moved();
  }

  const cellAt = ({ n, c }) => document.getElementById(`grid-${n}-${grid.fields()[c]}`);
  grid.cellAt = cellAt;

  function bringIntoSight(n) {
    scrollTo(n);
    // The browser tells of a scroll later; the cell has to be there now.
    holder.dispatchEvent(new Event("scroll"));
  }

  function scrollTo(n) {
    const top = n * rowHeight;
    const room = holder.clientHeight - (holder.offsetHeight - holder.clientHeight);
    if (top < holder.scrollTop) holder.scrollTop = top;
    else if (top + rowHeight > holder.scrollTop + room) holder.scrollTop = top + rowHeight - room;
    const column = table.getColumn(selection.field);
    if (!column) return;
    const frozen = [...element.querySelectorAll(".tabulator-header .tabulator-frozen")];
    const edge = frozen.reduce((sum, head) => sum + head.offsetWidth, 0);
    const start = grid.shown
      .slice(0, selection.active.c)
      .reduce((sum, [name, width]) => sum + (table.getColumn(name)?.getWidth() ?? width), 0);
    const left = start + (table.getColumn("row-head")?.getWidth() ?? 0);
    if (column.getElement().classList.contains("tabulator-frozen")) return;
    if (left - edge < holder.scrollLeft) holder.scrollLeft = left - edge;
    const right = left + column.getWidth();
    if (right > holder.scrollLeft + holder.clientWidth) holder.scrollLeft = right - holder.clientWidth;
  }

  function tell() {
    const total = store.size.toLocaleString("en");
    const tracks = `${total} ${store.size === 1 ? "track" : "tracks"}`;
    const rows = selection.rowCount;
    const columns = selection.fields.length;
    const chosen = rows > 1 || columns > 1 ? ` · ${rows.toLocaleString("en")} × ${columns} cells selected` : "";
    status.textContent = tracks + chosen;
    root.querySelector("[data-select-all]").textContent = `Select all ${total} that match`;
    root.querySelector("[data-select-all]").hidden = selection.isWhole() || store.size < 2;
    grid.onSelect?.();
  }

  // --- Editing ----------------------------------------------------------------------------------------------------

  const dialogs = askWithTable(document.getElementById("grid-ask"));
  grid.dialogs = dialogs;
  grid.saving = new Saving({
    boot, store, selection, redraw, refetch: grid.refetch, dialogs,
    edit: (item, field, options) => {
      selection.go(item.n, grid.fields().indexOf(field));
      grid.edit(options);
    },
  });

  grid.canEdit = (item) => boot.canEdit && item?.loaded && item.editable;

  grid.edit = ({ typed = null, problem = "" } = {}) => {
    const item = store.items[selection.active.n];
    const column = byName.get(selection.field);
    if (!item || !column) return;
    if (!grid.canEdit(item)) {
      announce(item.loaded ? "You may not change this track." : "This row is still loading.");
      return;
    }
    moved(selection.active);
    const cell = cellAt(selection.active);
    if (!cell) return;
    grid.editor?.close();
    grid.editor = openEditor({
      box: root.querySelector("[data-grid-box]"), cell, column, typed, problem,
      text: item[column.name] ?? "",
      urls: boot.urls,
      done(text, move) {
        grid.editor = null;
        const isList = ["terms", "names"].includes(column.kind);
        const value = isList ? text.replace(/[;\s]+$/, "") : text;
        grid.saving.save([{ item, field: column.name, text: value }], { single: true });
        const steps = { down: [1, 0], up: [-1, 0], right: [0, 1], left: [0, -1] };
        if (move) {
          element.focus();
          selection.move(...steps[move]);
        }
      },
      cancel() {
        grid.editor = null;
        selection.invalid.delete(`${item.id}:${column.name}`);
        redraw();
        element.focus();
      },
    });
    Object.assign(grid.editor, { top: holder.scrollTop, left: holder.scrollLeft });
  };

  // --- Pointer ----------------------------------------------------------------------------------------------------

  const placeOf = (target) => {
    const cell = target.closest?.(".tabulator-cell");
    const line = cell?.closest(".tabulator-row");
    if (!line || line.dataset.n === undefined) return null;
    return { n: Number(line.dataset.n), c: grid.fields().indexOf(cell.getAttribute("tabulator-field")) };
  };
  let dragging = false;
  element.addEventListener("pointerdown", (event) => {
    const place = placeOf(event.target);
    if (!place || event.button !== 0 || event.target.closest("button, a")) return;
    if (place.c < 0) {
      // The head of a row selects the row.
      const from = event.shiftKey ? selection.anchor.n : place.n;
      selection.select({ n: from, c: 0 }, { n: place.n, c: grid.shown.length - 1 });
    } else {
      const again = place.n === selection.active.n && place.c === selection.active.c;
      selection.go(place.n, place.c, { extend: event.shiftKey });
      if (again && event.pointerType !== "mouse") grid.edit();
    }
    dragging = event.pointerType === "mouse";
    setTimeout(() => !grid.editor && element.focus({ preventScroll: true }));
  }, { signal });
  element.addEventListener("pointerover", (event) => {
    const place = dragging && event.buttons === 1 ? placeOf(event.target) : null;
    if (place && place.c >= 0) {
      selection.active = selection.clamp(place);
      moved(selection.active, { quiet: true });
    }
  }, { signal });
  document.addEventListener("pointerup", () => { dragging = false; }, { signal });
  element.addEventListener("dblclick", (event) => {
    if (placeOf(event.target)?.c >= 0) grid.edit();
  }, { signal });

  root.querySelector("[data-select-all]").addEventListener("click", () => {
    selection.all();
    element.focus();
  }, { signal });

  grid.openTrack = () => {
    const item = store.items[selection.active.n];
    if (item) location.assign(withId(boot.urls.track, item.id));
  };
  grid.play = () => {
    const line = element.querySelector(`.tabulator-row[data-n="${selection.active.n}"]`);
    line?.querySelector("[data-play]")?.click();
  };

  clipboard(grid);
  keys(grid);
  bulkPanel(grid);
  draftsButton(grid);
  grid.tools = tools(grid);
  grid.presence = presence(grid);
  await grid.open(boot.query);
  root.dataset.ready = "";
}
