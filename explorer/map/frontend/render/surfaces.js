// Targets of a drawing: a canvas or SVG text, with the same few methods.

import { cached } from "../model/cached.js";

/**
 * @typedef {object} Stroke
 * @property {string} colour
 * @property {number} width
 * @property {number[]} [dash]
 *
 * @typedef {object} Surface
 * @property {(x: number, y: number, w: number, h: number, r: number, fill: string|null, stroke?: Stroke|null) => void} rect
 * @property {(points: number[], fill: string, stroke?: Stroke|null) => void} polygon
 * @property {(points: number[], stroke: Stroke, radius: number, arrow: number) => void} line
 * @property {(text: string, x: number, y: number, size: number, fill: string, how?: TextStyle) => void} text
 * @property {(text: string, size: number, weight?: number) => number} width
 * @property {(name: string) => void} begin a group of this name
 * @property {() => void} end
 *
 * @typedef {{weight?: number, align?: "left"|"center"|"right", room?: number, least?: number}} TextStyle `least`: the smallest size
 */

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Text shrinks by this factor at most before it is cut. */
const LEAST_SHRUNK = 0.82;
/** Widths of text at a size of one pixel, by font and text. @type {Map<string, number>} */
const widths = new Map();
const RULER = 100;
/** @type {CanvasRenderingContext2D|null} */
let ruler = null;

/** Width of text as the browser sets it. @param {string} text @param {number} size @param {number} weight @param {string} family */
export function widthOf(text, size, weight, family) {
  const font = `${weight} ${RULER}px ${family}`;
  const width = cached(widths, font + text, () => {
    ruler ??= /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    ruler.font = font;
    return ruler.measureText(text).width / RULER;
  });
  return width * size;
}

/** Measure text again, because a font was loaded. */
export function forgetWidths() {
  widths.clear();
}

/** Text and its size for a width: smaller, then cut. @param {string} text @param {number} size @param {number} weight @param {string} family @param {TextStyle} how @returns {[string, number]} */
function fit(text, size, weight, family, { room = Infinity, least: smallest = 0 }) {
  const width = widthOf(text, size, weight, family);
  if (width <= room) return [text, size];
  const least = Math.max(size * LEAST_SHRUNK, smallest);
  if ((width * least) / size <= room) return [text, (size * room) / width];
  for (let letters = text.length - 1; letters > 1; letters--) {
    const cut = `${text.slice(0, letters)}…`;
    if (widthOf(cut, least, weight, family) <= room) return [cut, least];
  }
  return ["", least];
}

/** Points of the arrowhead at the end of a line. @param {number[]} points @param {number} size */
function arrowHead(points, size) {
  const [x1, y1, x2, y2] = points.slice(-4);
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [((x2 - x1) / length) * size, ((y2 - y1) / length) * size];
  return [x2, y2, x2 - dx - dy * 0.55, y2 - dy + dx * 0.55, x2 - dx + dy * 0.55, y2 - dy - dx * 0.55];
}

/** @implements {Surface} */
export class CanvasSurface {
  /** @param {CanvasRenderingContext2D} context @param {string} [family] */
  constructor(context, family = FONT) {
    this.context = context;
    this.family = family;
    this.fill = "";
    this.font = "";
    this.reset();
  }

  /** Set fill and font again with the next call. */
  reset() {
    this.fill = this.font = "";
    this.context.lineJoin = "round";
  }

  /** @param {string} fill */
  setFill(fill) {
    if (fill !== this.fill) this.context.fillStyle = this.fill = fill;
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h @param {number} r @param {string|null} fill @param {Stroke|null} [stroke] */
  rect(x, y, w, h, r, fill, stroke) {
    const { context } = this;
    if (!r && !stroke) {
      if (fill) this.setFill(fill);
      if (fill) context.fillRect(x, y, w, h);
      return;
    }
    context.beginPath();
    if (r) context.roundRect(x, y, w, h, r);
    else context.rect(x, y, w, h);
    if (fill) {
      this.setFill(fill);
      context.fill();
    }
    if (stroke) this.stroke(stroke);
  }

  /** @param {number[]} points @param {string} fill @param {Stroke|null} [stroke] */
  polygon(points, fill, stroke) {
    const { context } = this;
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
    context.closePath();
    this.setFill(fill);
    context.fill();
    if (stroke) this.stroke(stroke);
  }

  /** @param {number[]} points @param {Stroke} stroke @param {number} radius @param {number} arrow */
  line(points, stroke, radius, arrow) {
    const { context } = this;
    context.beginPath();
    context.moveTo(points[0], points[1]);
    for (let i = 2; i < points.length - 2; i += 2) {
      if (radius) context.arcTo(points[i], points[i + 1], points[i + 2], points[i + 3], cornerRadius(points, i, radius));
      else context.lineTo(points[i], points[i + 1]);
    }
    context.lineTo(points[points.length - 2], points[points.length - 1]);
    this.stroke(stroke);
    if (arrow) this.polygon(arrowHead(points, arrow), stroke.colour);
  }

  /** @param {Stroke} stroke */
  stroke({ colour, width, dash }) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    if (dash) context.setLineDash(dash);
    context.stroke();
    if (dash) context.setLineDash([]);
  }

  /** @param {string} text @param {number} x @param {number} y baseline @param {number} size @param {string} fill @param {TextStyle} [how] */
  text(text, x, y, size, fill, how = {}) {
    const { context, family } = this;
    const { weight = 400 } = how;
    const [words, fitted] = fit(text, size, weight, family, how);
    const font = `${weight} ${fitted}px ${family}`;
    if (font !== this.font) {
      context.font = this.font = font;
      context.textRendering = "geometricPrecision"; // else letters stand on whole pixels
    }
    context.textAlign = how.align ?? "left";
    this.setFill(fill);
    context.fillText(words, x, y);
  }

  /** @param {string} text @param {number} size @param {number} [weight] */
  width(text, size, weight = 400) {
    return widthOf(text, size, weight, this.family);
  }

  begin() {}

  end() {}
}

/** The radius of a corner: at most half of its shorter side. @param {number[]} points @param {number} i @param {number} radius */
function cornerRadius(points, i, radius) {
  const before = Math.hypot(points[i] - points[i - 2], points[i + 1] - points[i - 1]);
  const after = Math.hypot(points[i + 2] - points[i], points[i + 3] - points[i + 1]);
  return Math.min(radius, before / 2, after / 2);
}

/** @implements {Surface} */
export class SvgSurface {
  /** @param {string} [family] */
  constructor(family = FONT) {
    this.family = family;
    /** @type {string[]} */
    this.parts = [];
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h @param {number} r @param {string|null} fill @param {Stroke|null} [stroke] */
  rect(x, y, w, h, r, fill, stroke) {
    const round = r ? ` rx="${rounded(r)}"` : "";
    this.parts.push(
      `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(w)}" height="${rounded(h)}"${round} fill="${fill ?? "none"}"${strokeText(stroke)}/>`,
    );
  }

  /** @param {number[]} points @param {string} fill @param {Stroke|null} [stroke] */
  polygon(points, fill, stroke) {
    this.parts.push(`<polygon points="${points.map(rounded).join(" ")}" fill="${fill}"${strokeText(stroke)}/>`);
  }

  /** @param {number[]} points @param {Stroke} stroke @param {number} radius @param {number} arrow */
  line(points, stroke, radius, arrow) {
    let path = `M${rounded(points[0])} ${rounded(points[1])}`;
    for (let i = 2; i < points.length - 2; i += 2) {
      const r = cornerRadius(points, i, radius);
      const [x, y] = [points[i], points[i + 1]];
      const [bx, by] = toward(x, y, points[i - 2], points[i - 1], r);
      const [ax, ay] = toward(x, y, points[i + 2], points[i + 3], r);
      path += `L${rounded(bx)} ${rounded(by)}Q${rounded(x)} ${rounded(y)} ${rounded(ax)} ${rounded(ay)}`;
    }
    path += `L${rounded(points[points.length - 2])} ${rounded(points[points.length - 1])}`;
    this.parts.push(`<path d="${path}" fill="none"${strokeText(stroke)}/>`);
    if (arrow) this.polygon(arrowHead(points, arrow), stroke.colour);
  }

  /** @param {string} text @param {number} x @param {number} y @param {number} size @param {string} fill @param {TextStyle} [how] */
  text(text, x, y, size, fill, how = {}) {
    const { weight = 400, align } = how;
    const [words, fitted] = fit(text, size, weight, this.family, how);
    const anchor = align === "center" ? "middle" : align === "right" ? "end" : "";
    const style = (weight === 400 ? "" : ` font-weight="${weight}"`) + (anchor ? ` text-anchor="${anchor}"` : "");
    // Another program may use other fonts; the text keeps its width.
    const length = ` textLength="${rounded(widthOf(words, fitted, weight, this.family))}" lengthAdjust="spacingAndGlyphs"`;
    this.parts.push(
      `<text x="${rounded(x)}" y="${rounded(y)}" font-size="${rounded(fitted)}" fill="${fill}"${style}${length}>${escapeXml(words)}</text>`,
    );
  }

  /** @param {string} text @param {number} size @param {number} [weight] */
  width(text, size, weight = 400) {
    return widthOf(text, size, weight, this.family);
  }

  /** @param {string} name */
  begin(name) {
    this.parts.push(`<g data-name="${escapeXml(name)}">`);
  }

  end() {
    this.parts.push("</g>");
  }

  /** @param {[number, number, number, number]} frame x, y, width, height @param {string} page */
  document([x, y, w, h], page) {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${[x, y, w, h].map(rounded).join(" ")}" ` +
      `width="${rounded(w)}" height="${rounded(h)}" font-family="${escapeXml(this.family)}">` +
      `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(w)}" height="${rounded(h)}" fill="${page}"/>` +
      `${this.parts.join("\n")}</svg>`
    );
  }
}

/** @param {number} x @param {number} y @param {number} tx @param {number} ty @param {number} r */
function toward(x, y, tx, ty, r) {
  const length = Math.hypot(tx - x, ty - y) || 1;
  return [x + ((tx - x) * r) / length, y + ((ty - y) * r) / length];
}

/** @param {number} value */
function rounded(value) {
  return String(Math.round(value * 100) / 100);
}

/** @param {Stroke|null|undefined} stroke */
function strokeText(stroke) {
  if (!stroke) return "";
  const dash = stroke.dash ? ` stroke-dasharray="${stroke.dash.join(" ")}"` : "";
  return ` stroke="${stroke.colour}" stroke-width="${rounded(stroke.width)}"${dash}`;
}

/** @param {string} text */
function escapeXml(text) {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c);
}
