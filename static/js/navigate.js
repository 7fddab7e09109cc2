// While music plays, links to other pages of the studio change the page under the player, so the music
// does not stop. With nothing playing, links are ordinary page loads.

import { hasUnsaved } from "./forms.js";
import { isPlaying } from "./player.js";
import { announce } from "./toast.js";

let visits = 0;
let current = location.href;
let replacedOnce = false;

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
  put(page, next.title, hash);
}

function put(page, title, hash) {
  replacedOnce = true;
  document.title = title;
  const scripts = [...page.querySelectorAll("script[src]")].map((script) => script.src);
  const adopted = document.adoptNode(page);
  document.getElementById("page").replaceWith(adopted);
  window.htmx?.process(adopted);
  for (const source of scripts) import(source);
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
  if (hasUnsaved()) return; // an ordinary load asks before words are lost
  event.preventDefault();
  visit(link.href, { push: true });
});

addEventListener("popstate", () => {
  const before = current;
  current = location.href;
  if (before.split("#")[0] === current.split("#")[0]) return;
  // Pages put here by us or addresses pushed by htmx: the document on screen is not the one asked for.
  if (isPlaying()) visit(current, { push: false });
  else location.reload();
});

// htmx would restore from its own cache, which knows nothing of behaviours; ours above does it.
addEventListener("popstate", (event) => event.stopImmediatePropagation());
