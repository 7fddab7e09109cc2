// Asking the studio for JSON, and sending it. What goes wrong becomes a sentence.

const LOST = "No connection to the studio. Nothing was changed. Try again when it is back.";

export class Refused extends Error {
  constructor(sentence, hint = "", status = 0) {
    super(sentence);
    this.hint = hint;
    this.status = status;
  }

  get whole() {
    return `${this.message} ${this.hint}`.trim();
  }
}

export async function ask(address, parameters, { signal = null } = {}) {
  const query = new URLSearchParams(parameters);
  return answerOf(fetch(`${address}?${query}`, { headers: { Accept: "application/json" }, signal }));
}

export async function send(address, body) {
  return answerOf(
    fetch(address, {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
      },
      body: JSON.stringify(body),
    }),
  );
}

async function answerOf(asked) {
  const answer = await asked.catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Refused(LOST);
  });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.ok && isJson) return answer.json();
  if (isJson) {
    const { error, hint } = await answer.json();
    throw new Refused(error, hint, answer.status);
  }
  if (answer.redirected) throw new Refused("You are signed out. Sign in again in another tab, then go on.");
  throw new Refused(
    "The studio could not do this. Nothing was changed.",
    "Load the page again; if it fails again, tell the person who runs this studio.",
    answer.status,
  );
}

/** Put an id into an address that was made with 0. */
export const withId = (address, id) => address.replace(/\/0(\/|$)/, `/${id}$1`);
