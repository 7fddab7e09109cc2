// Behaviours attach to elements by selector, now and whenever such an element appears later:
// after a full load, a swap by htmx, or a page change while music plays (navigate.js).
//
//   behaviour("[data-thing]", (element, signal) => {
//     element.addEventListener("click", act, { signal });
//   });
//
// `signal` aborts when the element leaves the document. A module named in a page's `scripts` block
// runs once per window, so everything it does to a page goes through behaviour().

const registered = [];
const running = new Map();

/** Run `start(element, signal)` for every element that matches, once each. */
export function behaviour(selector, start) {
  const entry = { selector, start };
  registered.push(entry);
  for (const element of document.querySelectorAll(selector)) attach(entry, element);
}

function attach(entry, element) {
  const started = running.get(element) ?? new Map();
  if (started.has(entry)) return;
  const controller = new AbortController();
  started.set(entry, controller);
  running.set(element, started);
  entry.start(element, controller.signal);
}

function appeared(node) {
  for (const entry of registered) {
    if (node.matches(entry.selector)) attach(entry, node);
    for (const element of node.querySelectorAll(entry.selector)) attach(entry, element);
  }
}

function forgetTheGone() {
  for (const [element, started] of running) {
    if (element.isConnected) continue;
    running.delete(element);
    for (const controller of started.values()) controller.abort();
  }
}

new MutationObserver((records) => {
  let removed = false;
  for (const record of records) {
    removed ||= record.removedNodes.length > 0;
    for (const node of record.addedNodes) {
      if (node instanceof Element && node.isConnected) appeared(node);
    }
  }
  if (removed) forgetTheGone();
}).observe(document.documentElement, { childList: true, subtree: true });
