// Creates elements of the page.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] `on...` are listeners, `text` is the text
 * @param {Array<Node|string>} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A menu of choices with a label for screen readers. @param {string} label @param {Array<[string, string]>} options value and text @param {(value: string) => void} onChange @returns {HTMLSelectElement} */
export function makeSelect(label, options, onChange) {
  const select = make("select", { "aria-label": label, title: label });
  select.append(...options.map(([value, text]) => make("option", { value, text })));
  select.addEventListener("change", () => onChange(select.value));
  return select;
}

/** @param {string} label for screen readers and as a tooltip @param {string} text @param {() => void} onClick @param {string} [cls] @returns {HTMLButtonElement} */
export function makeButton(label, text, onClick, cls = "") {
  return make("button", { type: "button", "aria-label": label, title: label, text, onclick: onClick, class: cls });
}
