// htmx: the CSRF token on every unsafe request, and words when a request fails.
// Its other settings are in the htmx-config <meta> of components/head.html.

import { toast } from "./toast.js";

const SAFE = new Set(["get", "head", "options"]);

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (SAFE.has(detail.verb)) return;
  detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

const WORDS = {
  403: "You may not do this here. Ask an owner or manager of the workspace.",
  404: "This is no longer there. Reload the page to see what is.",
  409: "Somebody changed this in the meantime. Reload the page, then do it again.",
  429: "That was too many requests at once. Wait a minute, then do it again.",
};

const NOT_LOADED =
  "A part of this page could not be loaded. Reload the page; if it is missing again, tell the person who runs this studio.";
const NOT_DONE =
  "The studio could not do this. Nothing was changed. Try again; if it fails again, tell the person who runs this studio.";

document.addEventListener("htmx:responseError", ({ detail }) => {
  const reading = SAFE.has(detail.requestConfig.verb);
  toast(WORDS[detail.xhr.status] ?? (reading ? NOT_LOADED : NOT_DONE), { kind: "error" });
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  const reading = SAFE.has(detail.requestConfig.verb);
  const safe = reading ? "What you see may be old." : "Nothing was changed.";
  toast(`No connection to the studio. ${safe} Try again when it is back.`, { kind: "error" });
});
