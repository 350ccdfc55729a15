// Whether the page around a map is light or dark, by its background: hosts name their themes each
// in another way, and may not follow the system's.

/** @typedef {"light"|"dark"} Theme */

/** Red, green, blue and alpha, each up to 255, of a colour in any of CSS's notations. @param {string} colour */
function bytesOf(colour) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext("2d"));
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/** The theme of a background. @param {string} colour @returns {Theme} */
export function themeOf(colour) {
  const [red, green, blue] = bytesOf(colour.trim());
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128 ? "dark" : "light";
}

/** The theme of what is behind an element, also through shadow roots. @param {Element} element @returns {Theme} */
export function themeBehind(element) {
  /** @type {Node|null} */
  let node = element;
  while (node) {
    const colour = node instanceof Element ? getComputedStyle(node).backgroundColor : "transparent";
    if (bytesOf(colour)[3] > 127) return themeOf(colour);
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return "light";
}
