// Files of a drop, with those in folders and their paths.

/** Give `{ file, path }` for everything dropped, folders walked to the bottom. */
export async function filesOf(transfer) {
  // Entries must be taken before the first await: the browser empties the transfer afterwards.
  const entries = [...transfer.items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, path: entry.name });
    else if (entry) await walk(entry, "", found);
  }
  return found.filter(({ file }) => !file.name.startsWith("."));
}

async function walk(entry, folder, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path: folder + file.name });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // Browsers give a folder in parts, and an empty part at its end.
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return;
    for (const inner of part) await walk(inner, `${folder}${entry.name}/`, found);
  }
}
