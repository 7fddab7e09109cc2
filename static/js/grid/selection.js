// Where the person is: one active cell, and a range from an anchor to it. Drawn as classes and ARIA states on the
// cells that exist just now; the table makes and drops cells as it scrolls.

export class Selection {
  constructor(table) {
    this.table = table; // { rows: () => count, fields: () => [name], holder, onMove }
    this.anchor = { n: 0, c: 0 };
    this.active = { n: 0, c: 0 };
    this.invalid = new Map(); // "id:field" -> sentence
    this.people = new Map(); // "id:field" -> name
  }

  get range() {
    const { anchor, active } = this;
    return {
      top: Math.min(anchor.n, active.n),
      bottom: Math.max(anchor.n, active.n),
      left: Math.min(anchor.c, active.c),
      right: Math.max(anchor.c, active.c),
    };
  }

  get field() {
    return this.table.fields()[this.active.c] ?? "";
  }

  get fields() {
    const { left, right } = this.range;
    return this.table.fields().slice(left, right + 1);
  }

  get rowCount() {
    const { top, bottom } = this.range;
    return this.table.rows() ? bottom - top + 1 : 0;
  }

  isWhole() {
    return this.table.rows() > 0 && this.rowCount === this.table.rows();
  }

  clamp({ n, c }) {
    return {
      n: Math.max(0, Math.min(n, this.table.rows() - 1)),
      c: Math.max(0, Math.min(c, this.table.fields().length - 1)),
    };
  }

  go(n, c, { extend = false } = {}) {
    this.active = this.clamp({ n, c });
    if (!extend) this.anchor = { ...this.active };
    this.table.onMove(this.active);
  }

  move(down, right, options) {
    this.go(this.active.n + down, this.active.c + right, options);
  }

  select(from, to) {
    this.anchor = this.clamp(from);
    this.active = this.clamp(to);
    this.table.onMove(this.active, { quiet: true });
  }

  all() {
    this.anchor = this.clamp({ n: this.table.rows() - 1, c: this.table.fields().length - 1 });
    this.active = { n: 0, c: 0 };
    this.table.onMove(this.active, { quiet: true });
  }

  holds(n, c) {
    const { top, bottom, left, right } = this.range;
    return n >= top && n <= bottom && c >= left && c <= right;
  }

  /** Bring one cell's look and states up to date. */
  mark(cell, item, field) {
    const c = this.table.fields().indexOf(field);
    if (c < 0) return;
    const { n, id } = item;
    const { top, bottom, left, right } = this.range;
    const inside = n >= top && n <= bottom && c >= left && c <= right;
    const isActive = n === this.active.n && c === this.active.c;
    const several = top !== bottom || left !== right;
    cell.id = `grid-${n}-${field}`;
    cell.setAttribute("aria-colindex", String(c + 2));
    cell.setAttribute("aria-selected", String(inside));
    cell.classList.toggle("in-range", inside && several);
    cell.classList.toggle("is-active", isActive);
    const key = `${id}:${field}`;
    const sentence = this.invalid.get(key);
    cell.classList.toggle("cell-invalid", Boolean(sentence));
    if (sentence) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    const person = this.people.get(key);
    cell.classList.toggle("cell-someone", Boolean(person));
    if (person) cell.dataset.person = person;
    else delete cell.dataset.person;
  }
}
