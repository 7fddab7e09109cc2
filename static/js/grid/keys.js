// The keys of the grid. They act while the grid has the focus and no editor is open; the list of them is the help.

export const KEYS = [
  ["Arrows", "Move; with Shift, select; with Ctrl, to the edge"],
  ["Home, End", "First and last column; with Ctrl, first and last cell"],
  ["Page Up, Page Down", "One screen up or down"],
  ["Ctrl+A", "Select everything that matches"],
  ["Shift+Space, Ctrl+Space", "Select the rows, select the columns"],
  ["Enter, F2, or type", "Edit the cell; Enter saves, Escape leaves it as it was"],
  ["Alt+Enter", "Line break inside notes"],
  ["Delete", "Clear the selected cells"],
  ["Ctrl+C, Ctrl+X, Ctrl+V", "Copy, cut and paste, also from and to Excel or LibreOffice"],
  ["Ctrl+D, Ctrl+R", "Fill down, fill right"],
  ["Ctrl+Z, Ctrl+Y", "Take back, do again"],
  ["Ctrl+F", "Search"],
  ["Ctrl+H", "Find and replace"],
  ["Ctrl+E", "Edit many tracks at once"],
  ["Alt+Arrow up, Alt+Arrow down", "Sort by this column"],
  ["Alt+P", "Play the track"],
  ["Ctrl+Enter", "Open the page of the track"],
  ["F1", "These keys"],
  ["Tab", "Leave the grid"],
];

export function keys(grid) {
  const { element, selection, store, signal } = grid;
  const last = () => ({ n: store.size - 1, c: grid.shown.length - 1 });
  const screen = () => Math.max(1, Math.floor(grid.holder.clientHeight / 40) - 1);

  const list = document.querySelector("#grid-keys dl");
  list.replaceChildren(
    ...KEYS.flatMap(([key, what]) => {
      const term = document.createElement("dt");
      term.textContent = key;
      const words = document.createElement("dd");
      words.textContent = what;
      return [term, words];
    }),
  );

  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function arrow(event) {
    const [down, right] = arrows[event.key];
    const extend = event.shiftKey;
    if (event.altKey) {
      if (down) grid.tools.change({ sort: `${down > 0 ? "-" : ""}${selection.field}` });
      return;
    }
    const { n, c } = selection.active;
    if (event.ctrlKey || event.metaKey) {
      const end = last();
      selection.go(down < 0 ? 0 : down > 0 ? end.n : n, right < 0 ? 0 : right > 0 ? end.c : c, { extend });
    } else {
      selection.move(down, right, { extend });
    }
  }

  const plain = {
    Home: ({ ctrlKey, shiftKey }) => selection.go(ctrlKey ? 0 : selection.active.n, 0, { extend: shiftKey }),
    End: ({ ctrlKey, shiftKey }) =>
      selection.go(ctrlKey ? last().n : selection.active.n, last().c, { extend: shiftKey }),
    PageUp: ({ shiftKey }) => selection.move(-screen(), 0, { extend: shiftKey }),
    PageDown: ({ shiftKey }) => selection.move(screen(), 0, { extend: shiftKey }),
    Enter: ({ ctrlKey, metaKey }) => (ctrlKey || metaKey ? grid.openTrack() : grid.edit()),
    F2: () => grid.edit(),
    F1: () => document.getElementById("grid-keys").showModal(),
    Delete: () => grid.clear(),
    Backspace: () => grid.clear(),
    Escape: () => selection.go(selection.active.n, selection.active.c),
  };
  const withMod = {
    a: () => selection.all(),
    d: () => grid.fill("down"),
    r: () => grid.fill("right"),
    z: ({ shiftKey }) => grid.saving.undo({ again: shiftKey }),
    y: () => grid.saving.undo({ again: true }),
    f: () => grid.tools.search(),
    h: () => grid.openReplace?.(),
    e: () => grid.openBulk?.(),
  };

  function space(event) {
    const { top, bottom, left, right } = selection.range;
    if (event.shiftKey) selection.select({ n: top, c: 0 }, { n: bottom, c: last().c });
    else if (event.ctrlKey) selection.select({ n: last().n, c: left }, { n: 0, c: right });
    else return false;
    return true;
  }

  element.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== element || grid.editor || event.isComposing || !store.size) return;
      const mod = event.ctrlKey || event.metaKey;
      let act = null;
      if (arrows[event.key]) act = () => arrow(event);
      else if (event.key === " " && space(event)) act = () => {};
      else if (event.altKey && event.code === "KeyP") act = () => grid.play();
      else if (plain[event.key]) act = () => plain[event.key](event);
      else if (mod && withMod[event.key.toLowerCase()]) act = () => withMod[event.key.toLowerCase()](event);
      else if (!mod && !event.altKey && event.key.length === 1 && grid.boot.canEdit) {
        act = () => grid.edit({ typed: event.key === " " ? "" : event.key });
      }
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    { signal },
  );
}
