// What differs among networks side by side, found by comparing descriptions.

/**
 * @typedef {import("./model.js").Net} Net
 * @typedef {import("./model.js").Part} Part
 * @typedef {"only"|"differs"} Mark
 */

/** Contents of each description as text, known by number. */
class Contents {
  /** @param {Net} net */
  constructor(net) {
    this.net = net;
    /** @type {Map<number, string>} */
    this.known = new Map();
  }

  /** @param {number} number @returns {string} */
  of(number) {
    const known = this.known.get(number);
    if (known !== undefined) return known;
    const { kind, in: shapes, out, tags, params, role, children = [] } = this.net.templates[number];
    const text = kind
      ? JSON.stringify([kind, shapes, out, tags, params])
      : `${role}(${children.map(([name, child, sources]) => `${name}:${sources}:${this.of(child)}`).join(";")})`;
    this.known.set(number, text);
    return text;
  }
}

/**
 * For each network, marks by id: `only` for what another network has not, `differs` for
 * layers that are not the same.
 *
 * @param {Net[]} nets
 * @returns {Array<Map<string, Mark>>}
 */
export function differences(nets) {
  /** @type {Array<Map<string, Mark>>} */
  const marks = nets.map(() => new Map());
  const contents = nets.map((net) => new Contents(net));
  /** @type {(parts: Array<Part|undefined>) => void} */
  const compareParts = (parts) => {
    const texts = parts.map((part, i) => part && contents[i].of(part.number));
    if (texts.every((text) => text === texts[0])) return;
    if (parts.some((part) => !part)) {
      parts.forEach((part, i) => part && marks[i].set(part.id, "only"));
      return;
    }
    if (parts.some((part) => part?.isLayer)) {
      parts.forEach((part, i) => part && marks[i].set(part.id, "differs"));
      return;
    }
    const byName = parts.map((part) => new Map(solid(part).map((child) => [child.name, child])));
    for (const name of new Set(byName.flatMap((map) => [...map.keys()]))) compareParts(byName.map((map) => map.get(name)));
  };
  if (nets.length > 1) compareParts(nets.map((net) => net.root));
  return marks;
}

/** Children with those of runs and bundles in their place. @param {Part|undefined} part @returns {Part[]} */
function solid(part) {
  return (part?.children ?? []).flatMap((child) => (child.isVirtual ? solid(child) : [child]));
}
