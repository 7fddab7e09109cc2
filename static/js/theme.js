// Theme and density. They live in cookies, so that the server draws the first paint right.

import { behaviour } from "./behaviour.js";

const YEAR_S = 31_536_000;
const root = document.documentElement;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const life = value ? YEAR_S : 0;
  document.cookie = `liner_${name}=${value}; Path=/; Max-Age=${life}; SameSite=Lax${secure}`;
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
}

function choices(name) {
  const attribute = `${name}Choice`;
  behaviour(`[data-${name}-choice]`, (button, signal) => {
    button.addEventListener(
      "click",
      () => {
        remember(name, button.dataset[attribute]);
        for (const other of document.querySelectorAll(`[data-${name}-choice]`)) {
          const pressed = other.dataset[attribute] === button.dataset[attribute];
          other.setAttribute("aria-pressed", String(pressed));
        }
      },
      { signal },
    );
  });
}

choices("theme");
choices("density");
