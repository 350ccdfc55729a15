// The search field: steps through matches, and shows examples or why nothing was found.

import { make, makeButton } from "./dom.js";

/** @typedef {import("../model/search-session.js").SearchSession} SearchSession */

const PLACEHOLDER = "Search: 3x3 conv";
const LABEL = "Search by name, kind or value, such as 3x3 conv, conv2 stage4, groups = 32 or params > 1M";
const HINT = "Words and values in any order, such as:";

export class SearchBox {
  /** @param {(query: string, step: number) => void} onSearch */
  constructor(onSearch) {
    this.onSearch = onSearch;
    /** @type {SearchSession|null} */
    this.session = null;
    this.input = make("input", { type: "search", placeholder: PLACEHOLDER, "aria-label": LABEL, title: LABEL });
    this.found = make("output", { "aria-live": "polite" });
    this.hints = make("div", { class: "netmap-hints", role: "group", "aria-label": "Examples of searches", hidden: true });
    const step = (/** @type {number} */ by) => onSearch(this.input.value, by);
    this.element = make("span", { class: "netmap-search", role: "search" }, [
      this.input,
      makeButton("Previous match (Shift+Enter)", "‹", () => step(-1)),
      makeButton("Next match (Enter)", "›", () => step(1)),
      this.found,
      this.hints,
    ]);
    this.input.addEventListener("input", () => step(0));
    this.input.addEventListener("focus", () => this.showHints(true));
    // Safari does not focus a button that is pressed, so the field keeps the focus.
    this.hints.addEventListener("mousedown", (event) => event.preventDefault());
    this.element.addEventListener("keydown", (event) => this.press(event));
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(/** @type {Node|null} */ (event.relatedTarget))) this.showHints(false);
    });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const items = [this.input, ...(this.hints.hidden ? [] : this.hints.querySelectorAll("button"))];
    const at = items.findIndex((item) => item === event.target);
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && event.target === this.input) this.onSearch(this.input.value, event.shiftKey ? -1 : 1);
    else if (move && at >= 0 && items.length > 1) {
      items[(at + move + items.length) % items.length].focus();
      event.preventDefault();
    }
    if (at >= 0 && event.key !== "Escape") event.stopPropagation();
  }

  /** Whether there is a query, or examples are shown. */
  get isOpen() {
    return this.input.value !== "" || !this.hints.hidden;
  }

  /** Show a search session. @param {SearchSession} session */
  show(session) {
    this.session = session;
    this.input.value = session.query;
    this.found.textContent = session.status;
    const { activeElement } = /** @type {Document|ShadowRoot} */ (this.element.getRootNode());
    this.showHints(this.element.contains(activeElement));
  }

  /** Show examples if there is no query or no match. @param {boolean} focused */
  showHints(focused) {
    const { session } = this;
    this.hints.hidden = !focused || !session || session.matches.length > 0;
    if (this.hints.hidden || !session) return;
    const use = (/** @type {string} */ query) => {
      this.input.focus();
      this.onSearch(query, 1);
    };
    const examples = session.examples.map(([query, count]) => {
      const button = makeButton(`Search for ${query}: ${count} found`, query, () => use(query));
      button.append(make("span", { text: String(count) }));
      return button;
    });
    this.hints.replaceChildren(make("p", { text: session.explanation || HINT, role: session.explanation ? "status" : undefined }), ...examples);
  }
}
