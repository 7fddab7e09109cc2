// The rows: all ids in order are known at once, their cells are fetched as they come into sight.

import { ask } from "./talk.js";

const AT_ONCE = 150;
const AROUND = 40;

export class Store {
  constructor(boot) {
    this.urls = boot.urls;
    this.items = []; // one object a row, given to the table: { id, n, loaded, ...cells }
    this.byId = new Map();
    this.columns = [];
    this.generation = 0;
    this.coming = new Map(); // id -> promise
  }

  get size() {
    return this.items.length;
  }

  /** Ask for the tracks that fit a query; the first rows come with the answer. */
  async open(query, columns) {
    this.generation += 1;
    const mine = this.generation;
    this.columns = columns;
    const { ids, rows } = await ask(this.urls.order, {
      query: JSON.stringify(query),
      columns: columns.join(","),
    });
    if (mine !== this.generation) return false;
    this.coming.clear();
    this.items = ids.map((id, n) => ({ id, n, loaded: false }));
    this.byId = new Map(this.items.map((item) => [item.id, item]));
    this.take(rows);
    return true;
  }

  /** Put fresh rows into the items; gives the items that changed. */
  take(rows) {
    const changed = [];
    for (const { cells, ...facts } of rows) {
      const item = this.byId.get(facts.id);
      if (!item) continue;
      Object.assign(item, facts, cells, { loaded: true });
      changed.push(item);
    }
    return changed;
  }

  /** Forget cells, so that they are fetched anew when next seen. */
  forget(ids = null) {
    for (const item of ids ? ids.map((id) => this.byId.get(id)).filter(Boolean) : this.items) {
      item.loaded = false;
    }
  }

  /** Have the rows from..to loaded, and some around them; gives the items that came. */
  async load(from, to, { around = AROUND, most = Infinity } = {}) {
    const wanted = [];
    const waits = [];
    const last = Math.min(this.size - 1, to + around);
    for (let n = Math.max(0, from - around); n <= last && wanted.length < most; n += 1) {
      const item = this.items[n];
      if (item.loaded) continue;
      if (this.coming.has(item.id)) waits.push(this.coming.get(item.id));
      else wanted.push(item.id);
    }
    const mine = this.generation;
    const parts = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const ids = wanted.slice(at, at + AT_ONCE);
      const part = ask(this.urls.rows, { ids: ids.join(","), columns: this.columns.join(",") })
        .then(({ rows }) => (mine === this.generation ? this.take(rows) : []))
        .finally(() => ids.forEach((id) => this.coming.delete(id)));
      ids.forEach((id) => this.coming.set(id, part));
      parts.push(part);
    }
    return (await Promise.all([...parts, ...waits])).flat();
  }
}
