// One block with its caption: draws it, lights what a channel reads, follows pointer and keyboard.

import { channelAt, rowAt, Y } from "./layout.js";
import { drawBlock, drawLit, pathsOf, plan } from "./drawing.js";
import { html, Slot, svg } from "./dom.js";

/**
 * @typedef {import("./drawing.js").Block} Block
 * @typedef {{name: string, costs: string}} Whole a whole network
 */

let number = 0;

export class BlockPicture {
  /** @param {Record<string, string>} words */
  constructor(words) {
    this.words = words;
    this.title = html("span", "title");
    this.kind = html("span", "kind");
    this.costs = html("span", "costs");
    this.whole = new Slot("whole");
    this.described = html("p", "unseen");
    this.described.id = `cardinality-block-${(number += 1)}`;
    this.drawing = svg("svg", { "aria-hidden": "true", height: Y.end });
    this.pane = html("div", "pane", [this.drawing]);
    this.pane.tabIndex = 0;
    this.pane.setAttribute("role", "slider");
    this.pane.setAttribute("aria-describedby", this.described.id);
    this.note = html("p", "bundled");
    this.reading = new Slot("reading");
    this.root = html("div", "block", [
      html("div", "caption", [html("div", "", [this.title, this.kind]), this.costs, this.whole.root]),
      this.described, this.pane, this.reading.root, this.note,
    ]);
    /** The row and channel that are lit; the channel as a share, so that it survives a change. */
    this.lit = { row: 2, share: 0.52 };
    this.width = 0;
    /** @type {Block | undefined} */
    this.block = undefined;
    this.pane.addEventListener("pointermove", (event) => this.point(event));
    this.pane.addEventListener("pointerdown", (event) => this.point(event));
    this.pane.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Block} block @param {Whole | null} whole */
  show(block, whole) {
    this.block = block;
    this.kind.textContent = block.kind;
    this.title.textContent = block.title;
    this.costs.textContent = block.costs;
    this.whole.show(whole ? wholeText(whole, this.words) : "");
    this.described.textContent = block.description;
    this.draw();
  }

  /** @param {number} width */
  resize(width) {
    if (Math.abs(width - this.width) < 1) return;
    this.width = width;
    this.drawing.setAttribute("width", String(width));
    this.draw();
  }

  draw() {
    if (!this.block || this.width < 120) return;
    this.at = plan(this.block, this.width);
    this.drawing.replaceChildren(drawBlock(this.block, this.at, this.words));
    this.note.textContent = notes(this.at, this.words);
    this.light();
  }

  /** Keep room for a note if one of these blocks would have one at this width. @param {Block[]} blocks */
  reserve(blocks) {
    if (this.width) this.note.hidden = !blocks.some((block) => notes(plan(block, this.width), this.words));
  }

  /** The channel that is lit, counted from 0. */
  get channel() {
    const { channels } = /** @type {Block} */ (this.block).rows[this.lit.row];
    return Math.min(channels - 1, Math.floor(this.lit.share * channels));
  }

  /** Light a channel of a row. @param {number} row @param {number} channel */
  choose(row, channel) {
    const { channels } = /** @type {Block} */ (this.block).rows[row];
    this.lit = { row, share: (Math.min(channels - 1, Math.max(0, channel)) + 0.5) / channels };
    this.light();
  }

  light() {
    if (!this.block || !this.at) return;
    const [{ row }, { channel }] = [this.lit, this];
    this.drawing.querySelector(".lit")?.remove();
    this.drawing.append(drawLit(this.block, this.at, row, channel));
    const { channels, reading } = this.block.rows[row];
    const path = Math.floor(channel / (channels / this.at.paths)) + 1;
    const text = reading.replace("{channel}", String(channel + 1)).replace("{path}", String(path));
    this.reading.show(text);
    const values = { label: `${this.block.kind}, ${this.block.title}`, valuemin: 1, valuemax: channels, valuenow: channel + 1, valuetext: text };
    for (const [name, value] of Object.entries(values)) this.pane.setAttribute(`aria-${name}`, String(value));
  }

  /** @param {PointerEvent} event */
  point(event) {
    if (!this.at) return;
    const { left, top } = this.drawing.getBoundingClientRect();
    const [x, row] = [event.clientX - left, rowAt(event.clientY - top)];
    if (x >= this.at.left) this.choose(row, channelAt(this.at.rows[row], x, pathsOf(this.at, row)));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.block || !this.at || event.ctrlKey || event.altKey || event.metaKey) return;
    const { row } = this.lit;
    const { channels } = this.block.rows[row];
    const path = Math.max(1, Math.round(channels / pathsOf(this.at, row)));
    const page = path === channels ? Math.ceil(channels / 8) : path;
    /** @type {Record<string, [number, number]>} */
    const moves = {
      ArrowLeft: [row, this.channel - 1], ArrowRight: [row, this.channel + 1],
      PageDown: [row, this.channel + page], PageUp: [row, this.channel - page],
      Home: [row, 0], End: [row, channels - 1],
    };
    const turns = { ArrowUp: row - 1, ArrowDown: row + 1 };
    if (event.key in turns) {
      this.lit.row = Math.min(3, Math.max(1, turns[/** @type {keyof turns} */ (event.key)]));
      this.light();
    } else if (event.key in moves) this.choose(...moves[event.key]);
    else return;
    event.preventDefault();
  }
}

/** What is not drawn one by one. @param {import("./drawing.js").Plan} at @param {Record<string, string>} words */
function notes({ rows }, words) {
  const { bundle, cells } = rows[1];
  const all = [bundle > 1 ? words.bundled.replace("{paths}", String(bundle)) : "", cells ? "" : words.solid];
  return all.filter(Boolean).join(" ");
}

/** @param {Whole} whole @param {Record<string, string>} words */
export function wholeText(whole, words) {
  return `${whole.name || words.whole}: ${whole.costs}`;
}
