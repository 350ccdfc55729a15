// The picture and its controls: a choice changes them at once, and is reported when it is made.

import { BlockPicture, wholeText } from "./block-picture.js";
import { Controls } from "./controls.js";
import { html, Slot } from "./dom.js";

/**
 * @typedef {import("./drawing.js").Block} Block
 * @typedef {import("./block-picture.js").Whole} Whole
 * @typedef {Whole & {measured: string, resnet: Whole | null}} AtDepth
 * @typedef {{cardinality: number, width: number, block: Block, resnet: number, why: string, networks: AtDepth[]}} Choice
 *
 * @typedef {object} Data see `explorer.charts.cardinality.data`
 * @property {Record<string, string>} words
 * @property {Record<"light"|"dark", Record<string, string>>} inks
 * @property {import("./controls.js").Depth[]} depths
 * @property {Record<string, Choice[]>} rules
 * @property {Block[]} resnets
 *
 * @typedef {{cardinality: number, keep: boolean, depth: number}} Chosen
 * @typedef {{cardinality: number, width: number, keep: boolean, blocks: number[]}} Report
 */

const PAUSE = 180; // milliseconds without another key before a choice is reported
const STACKED = 700; // pixels: below, the blocks are one above the other

export class Cardinality {
  /** @param {HTMLElement} host @param {Data} data @param {Chosen} chosen @param {(report: Report) => void} report */
  constructor(host, data, chosen, report) {
    this.data = data;
    this.chosen = { ...chosen };
    this.report = report;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    this.sliding = false;
    this.block = new BlockPicture(data.words);
    this.resnet = new BlockPicture(data.words);
    this.why = new Slot("why");
    this.measured = new Slot("measured");
    this.note = html("p", "note");
    this.controls = new Controls(data.words, {
      slide: (stop) => this.choose({ cardinality: this.choices[stop].cardinality }, true),
      slid: () => this.reportSoon(),
      keep: (keep) => this.choose({ keep }),
      deepen: (depth) => this.choose({ depth }),
    });
    this.root = html("section", "cardinality", [
      html("div", "pair", [this.block.root, this.resnet.root]),
      this.controls.root, this.why.root, this.measured.root, this.note,
    ]);
    this.root.setAttribute("aria-label", data.words.picture);
    host.replaceChildren(this.root);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(host);
    this.setData(data);
    this.resize();
  }

  /** The choices along the slider. */
  get choices() {
    const { rules } = this.data;
    return rules.fixed ?? (this.chosen.keep ? rules.keep : rules.equal);
  }

  /** The choice that is shown. */
  get choice() {
    const { cardinality } = this.chosen;
    return this.choices.find((one) => one.cardinality === cardinality) ?? this.choices[0];
  }

  /** Whether a person is choosing: what Python says of the choice is older then. */
  get busy() {
    return this.sliding || this.waiting !== undefined;
  }

  /** @param {Data} data @param {Chosen} [chosen] */
  setData(data, chosen) {
    this.data = data;
    if (chosen) this.chosen = { ...chosen };
    const { depths, rules, inks, words } = data;
    for (const [mode, colours] of Object.entries(inks)) {
      for (const [name, colour] of Object.entries(colours)) this.root.style.setProperty(`--${name}-${mode}`, colour);
    }
    this.controls.offer(depths, "fixed" in rules, words.keep_help);
    this.note.textContent = words.note;
    const all = Object.values(rules).flat();
    const networks = all.flatMap((choice) => choice.networks);
    const [here, there] = [networks, networks.flatMap((network) => network.resnet ?? [])];
    const slots = [
      [this.why, all.map((choice) => choice.why)],
      [this.measured, networks.map((network) => network.measured)],
      [this.block.whole, here.map((whole) => wholeText(whole, words))],
      [this.resnet.whole, there.map((whole) => wholeText(whole, words))],
      [this.block.reading, readings(all.map((choice) => choice.block))],
      [this.resnet.reading, readings(data.resnets)],
    ];
    for (const [slot, texts] of /** @type {[Slot, string[]][]} */ (slots)) slot.reserve(texts);
    this.reserve();
    this.draw();
  }

  /** @param {Chosen} chosen */
  setChosen(chosen) {
    this.chosen = { ...chosen };
    this.draw();
  }

  draw() {
    const { choice, choices, chosen, data } = this;
    const at = choice.networks[Math.min(chosen.depth, choice.networks.length - 1)];
    this.block.show(choice.block, at);
    this.resnet.show(data.resnets[choice.resnet], at.resnet);
    this.why.show(choice.why);
    this.measured.show(at.measured);
    const stops = choices.map((one) => String(one.cardinality));
    this.controls.show(stops, choice.block.title, { stop: choices.indexOf(choice), keep: chosen.keep, depth: chosen.depth });
  }

  resize() {
    const { clientWidth: width } = this.root;
    this.root.classList.toggle("stacked", width < STACKED);
    for (const picture of [this.block, this.resnet]) picture.resize(picture.pane.clientWidth);
    this.reserve();
  }

  /** Room for what some choices show and others do not. */
  reserve() {
    this.block.reserve(Object.values(this.data.rules).flat().map((choice) => choice.block));
    this.resnet.reserve(this.data.resnets);
  }

  /** @param {Partial<Chosen>} change @param {boolean} [sliding] whether more will follow */
  choose(change, sliding = false) {
    Object.assign(this.chosen, change);
    this.sliding = sliding;
    this.draw();
    if (!sliding) this.reportSoon();
  }

  /** Report the choice when no other follows. */
  reportSoon() {
    clearTimeout(this.waiting);
    this.sliding = false;
    this.waiting = setTimeout(() => {
      this.waiting = undefined;
      const { choice, chosen, data } = this;
      const { cardinality, width } = choice;
      this.report({ cardinality, width, keep: chosen.keep, blocks: data.depths[chosen.depth].blocks });
    }, PAUSE);
  }

  destroy() {
    clearTimeout(this.waiting);
    this.sizes.disconnect();
  }
}

/** The longest sentences on what a channel of these blocks reads. @param {Block[]} blocks */
function readings(blocks) {
  return blocks.flatMap(({ rows }) => rows.slice(1).map(
    ({ channels, groups, reading }) => reading.replace("{channel}", String(channels)).replace("{path}", String(groups)),
  ));
}
