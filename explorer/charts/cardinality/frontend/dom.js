// Elements of HTML and SVG.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element with a class.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} name
 * @param {string | Node[]} [content]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function html(tag, name, content = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...(typeof content === "string" ? [content] : content));
  return element;
}

/**
 * An SVG element with attributes.
 *
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(string | Node)[]} content
 * @returns {SVGElement}
 */
export function svg(tag, attributes, ...content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...content);
  return element;
}

/**
 * One of several texts in a place that is as high as the highest of them, so that nothing moves
 * when another is shown.
 */
export class Slot {
  /** @param {string} name class of the place */
  constructor(name) {
    this.root = html("div", `slot ${name}`);
    this.shown = html("span", "shown");
    this.root.append(this.shown);
    /** @type {string} */
    this.known = "";
  }

  /** @param {string[]} texts all that may be shown */
  reserve(texts) {
    const different = [...new Set(texts.filter(Boolean))];
    const known = different.join("\n");
    if (known === this.known) return;
    this.known = known;
    for (const old of [...this.root.children].slice(1)) old.remove();
    for (const text of different) {
      const twin = html("span", "twin", text);
      twin.setAttribute("aria-hidden", "true");
      this.root.append(twin);
    }
  }

  /** @param {string} text */
  show(text) {
    if (this.shown.textContent !== text) this.shown.textContent = text;
  }
}
