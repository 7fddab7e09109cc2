// Copy, cut and paste as spreadsheets do it, and filling down. Whatever is pasted at once is one change set.

import { announce, toast } from "../toast.js";
import { readTsv, writeTsv } from "./tsv.js";

const MOST_CELLS = 20000;

export function clipboard(grid) {
  const { selection, store, element, signal } = grid;
  const isHere = () => document.activeElement === element && !grid.editor;

  async function loaded(top, bottom) {
    if (!store.items.slice(top, bottom + 1).every((item) => item.loaded)) {
      grid.redraw(await store.load(top, bottom, { around: 0 }));
    }
    return store.items.slice(top, bottom + 1);
  }

  const texts = (items, fields) => items.map((item) => fields.map((field) => item[field] ?? ""));

  function tooMany(rows, columns) {
    if (rows * columns <= MOST_CELLS) return false;
    toast(
      `${(rows * columns).toLocaleString("en")} cells are too many at once; ${MOST_CELLS.toLocaleString("en")} are the most. Use “Edit many” for that.`,
      { kind: "error" },
    );
    return true;
  }

  function copy(event) {
    if (!isHere()) return;
    event.preventDefault();
    const { top, bottom } = selection.range;
    const { fields } = selection;
    if (tooMany(bottom - top + 1, fields.length)) return;
    const items = store.items.slice(top, bottom + 1);
    const said = `${(items.length * fields.length).toLocaleString("en")} cells copied.`;
    if (items.every((item) => item.loaded)) {
      event.clipboardData.setData("text/plain", writeTsv(texts(items, fields)));
      announce(said);
    } else {
      loaded(top, bottom)
        .then((rows) => navigator.clipboard.writeText(writeTsv(texts(rows, fields))))
        .then(() => announce(said))
        .catch(() => toast("These rows were still loading. Copy once more.", { kind: "warning" }));
    }
    if (event.type === "cut") grid.clear();
  }

  async function paste(event) {
    if (!isHere()) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    await grid.pasteText(text);
  }

  /** Paste a text as spreadsheets write it: one value fills the selection, a block is tiled or goes from its corner. */
  grid.pasteText = async (text) => {
    const block = readTsv(text);
    const high = block.length;
    const wide = Math.max(...block.map((row) => row.length));
    const { top, bottom, left } = selection.range;
    const rows = bottom - top + 1;
    const columns = selection.fields.length;
    const fits = rows % high === 0 && columns % wide === 0;
    const tall = fits ? rows : high;
    const broad = fits ? columns : wide;
    if (tooMany(tall, broad)) return;
    const fields = grid.fields().slice(left, left + broad);
    const items = await loaded(top, Math.min(top + tall, store.size) - 1);
    const cells = [];
    for (const [down, item] of items.entries()) {
      const row = block[down % high];
      for (const [right, field] of fields.entries()) {
        const value = row[right % wide];
        if (value !== undefined) cells.push({ item, field, text: value.replaceAll("\r\n", "\n") });
      }
    }
    selection.select({ n: top, c: left }, { n: top + items.length - 1, c: left + fields.length - 1 });
    const left_out = (tall - items.length) * broad + items.length * Math.max(0, broad - fields.length);
    if (left_out) {
      toast(`${left_out.toLocaleString("en")} cells lay outside the grid and were left out.`, { kind: "warning" });
    }
    await grid.saving.save(cells, {
      reason: `Paste ${cells.length.toLocaleString("en")} cells in the grid`,
      said: "Pasted",
    });
  };

  grid.clear = async () => {
    const { top, bottom } = selection.range;
    const { fields } = selection;
    if (tooMany(bottom - top + 1, fields.length)) return;
    const items = await loaded(top, bottom);
    const empty = (field) => (grid.byName.get(field).kind === "flag" ? "no" : "");
    const cells = items.flatMap((item) => fields.map((field) => ({ item, field, text: empty(field) })));
    await grid.saving.save(cells, { reason: `Clear ${cells.length} cells in the grid`, said: "Cleared" });
  };

  /** Give every cell of the range the value of its first row ("down") or first column ("right"). */
  grid.fill = async (way) => {
    const { top, bottom } = selection.range;
    const { fields } = selection;
    if (tooMany(bottom - top + 1, fields.length)) return;
    if (way === "down" && top === bottom) {
      announce("Select the cells to fill first, with Shift and the arrow keys.");
      return;
    }
    const items = await loaded(top, bottom);
    const cells = items.flatMap((item) =>
      fields.map((field) => {
        const from = way === "down" ? items[0][field] : item[fields[0]];
        return { item, field, text: from ?? "" };
      }),
    );
    await grid.saving.save(cells, { reason: `Fill ${way} in the grid`, said: `Filled ${way}` });
  };

  document.addEventListener("copy", copy, { signal });
  document.addEventListener("cut", copy, { signal });
  document.addEventListener("paste", paste, { signal });
}
