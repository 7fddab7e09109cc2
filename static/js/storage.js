// Small things this browser remembers. Storage may be switched off by the person; then nothing is kept.

function read(area, name) {
  try {
    return JSON.parse(area().getItem(`liner:${name}`));
  } catch {
    return null; // switched off, or written by another version
  }
}

function write(area, name, value) {
  try {
    if (value === null) area().removeItem(`liner:${name}`);
    else area().setItem(`liner:${name}`, JSON.stringify(value));
  } catch {
    // switched off or full: the studio works without remembering
  }
}

/** What stays in this browser. */
export const browser = {
  get: (name) => read(() => localStorage, name),
  set: (name, value) => write(() => localStorage, name, value),
};

/** What stays in this tab. */
export const tab = {
  get: (name) => read(() => sessionStorage, name),
  set: (name, value) => write(() => sessionStorage, name, value),
};
