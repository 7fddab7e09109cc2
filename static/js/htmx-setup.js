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

document.addEventListener("htmx:responseError", ({ detail }) => {
  const status = detail.xhr.status;
  const fallback = "The studio could not do this. Nothing was changed; try again, and if it fails again, look at Operations.";
  toast(WORDS[status] ?? fallback, { kind: "error" });
});

document.addEventListener("htmx:sendError", () => {
  toast("No connection to the studio. Nothing was changed; try again when it is back.", {
    kind: "error",
  });
});
