// While music plays, links to other pages of the studio change the page under the player, so the music
// does not stop. With nothing playing, links are ordinary page loads.

import { isPlaying } from "./player/sound.js";
import { announce } from "./toast.js";

let visits = 0;
let current = location.href;

function leadsToAPage(link) {
  if (link.target || link.hasAttribute("download") || link.closest("[data-full-load]")) return false;
  const url = new URL(link.href);
  const sameDocument = url.pathname + url.search === location.pathname + location.search;
  return (
    url.origin === location.origin &&
    url.pathname.startsWith("/w/") &&
    !(sameDocument && (url.hash || link.getAttribute("href").startsWith("#")))
  );
}

/** Ask everybody who would object to a page load: unsaved words, uploads on their way. */
function somethingHoldsThePage() {
  const question = new Event("beforeunload", { cancelable: true });
  return !window.dispatchEvent(question);
}

/** Fetch a page and put it in place of this one; anything unexpected becomes an ordinary page load. */
async function visit(address, { push }) {
  const mine = ++visits;
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (mine !== visits) return;
  const isHtml = answer?.headers.get("Content-Type")?.startsWith("text/html");
  if (!answer?.ok || !isHtml) {
    location.assign(address);
    return;
  }
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== visits) return;
  const page = next.getElementById("page");
  if (!page?.classList.contains("app")) {
    location.assign(address);
    return;
  }
  const hash = new URL(address).hash;
  if (push) {
    history.replaceState({ ...history.state, scroll: scrollY }, "");
    history.pushState({ scroll: 0 }, "", answer.url + hash);
  }
  current = location.href;
  await Promise.all([loadStyles(next), loadScripts(page)]);
  if (mine !== visits) return;
  put(page, next.title, hash);
}

/** Bring in the style sheets that only the next page has, and wait, so that nothing flashes bare. */
async function loadStyles(next) {
  const here = new Set([...document.styleSheets].map((sheet) => sheet.href));
  const missing = [...next.querySelectorAll('link[rel="stylesheet"]')].filter(
    (link) => !here.has(link.href),
  );
  await Promise.all(missing.map((link) => loaded(document.adoptNode(link))));
}

/**
 * Modules run once a window, and attach by behaviour(); older scripts run once in their order. They are
 * in before the page is, so that a key pressed at once finds the page at work.
 */
async function loadScripts(page) {
  for (const script of page.querySelectorAll("script[src]")) {
    if (script.type === "module") {
      await import(script.src);
    } else if (![...document.head.querySelectorAll("script")].some((one) => one.src === script.src)) {
      const copy = document.createElement("script");
      copy.src = script.src;
      await loaded(copy);
    }
  }
}

function loaded(element) {
  return new Promise((done) => {
    element.addEventListener("load", done);
    element.addEventListener("error", done);
    document.head.append(element);
  });
}

function put(page, title, hash) {
  document.title = title;
  const adopted = document.adoptNode(page);
  document.getElementById("page").replaceWith(adopted);
  window.htmx?.process(adopted);
  const target = hash && document.getElementById(hash.slice(1));
  if (target) target.scrollIntoView();
  else scrollTo(0, history.state?.scroll ?? 0);
  document.getElementById("main").focus({ preventScroll: true });
  announce(title);
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[href]");
  if (!link || !isPlaying() || !leadsToAPage(link)) return;
  if (somethingHoldsThePage()) return; // an ordinary load asks before anything is lost
  event.preventDefault();
  visit(link.href, { push: true });
});

// Addresses that htmx pushes are part of the same history.
for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) {
  document.addEventListener(name, () => {
    current = location.href;
  });
}

addEventListener("popstate", () => {
  const before = current;
  current = location.href;
  if (before.split("#")[0] === current.split("#")[0]) return;
  // Whether we put the page here or htmx pushed the address: what is on screen is not what was asked for.
  if (isPlaying()) visit(current, { push: false });
  else location.reload();
});

// htmx would restore from its own cache, which knows nothing of behaviours; ours above does it.
addEventListener("popstate", (event) => event.stopImmediatePropagation());
