// Where a person lands: closes the drawer of a narrow screen when a page is turned, and goes to
// the heading of a step that was moved to. What was counted last outlives the component.

const NARROW = 768; // pixels: up to here Streamlit lays its sidebar over the page
const ARRIVING = 3000; // milliseconds in which what is above the heading may still grow
const PATIENCE = 20000; // milliseconds that a heading may take to appear on a busy machine
/** @typedef {{turns: number, moves: number, heading?: string}} Landing */
/** @type {Landing} */
const seen = (/** @type {any} */ (window).resnextLanding ??= { turns: 0, moves: 0 });

/** @param {{data: Landing & {heading: string}}} component */
export default function ({ data }) {
  if (data.turns > seen.turns) closeDrawer();
  if (data.moves > seen.moves) landOn(data.heading, performance.now() + PATIENCE);
  Object.assign(seen, data);
}

function closeDrawer() {
  const drawer = document.querySelector("[data-testid=stSidebar]");
  if (innerWidth > NARROW || !drawer || drawer.getBoundingClientRect().right <= 0) return;
  const button = drawer.querySelector("[data-testid=stSidebarCollapseButton] button");
  if (button instanceof HTMLElement) button.click();
}

/** @param {string} text @param {number} end */
function landOn(text, end) {
  /** @type {NodeListOf<HTMLElement>} */
  const headings = document.querySelectorAll("h2, h3");
  const heading = [...headings].find((one) => one.textContent?.trim() === text);
  if (heading) {
    heading.tabIndex = -1;
    heading.style.scrollMarginTop = "5rem"; // below the app's own bar
    heading.style.outline = "none"; // no control, so no ring: focus is where reading goes on
    heading.focus({ preventScroll: true });
    hold(heading, performance.now() + ARRIVING);
  } else if (performance.now() < end) {
    requestAnimationFrame(() => landOn(text, end));
  }
}

/**
 * Keep an element at the top while the page above it grows, until a person does something. A scroll
 * by anything else ends it, too: then the element has moved because its box was scrolled, which is
 * not so where the page has become too short for its place, be it only between two frames (`cut`).
 *
 * @param {HTMLElement} element
 * @param {number} end
 */
function hold(element, end) {
  const acts = new AbortController();
  for (const name of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(name, () => acts.abort(), { capture: true, passive: true, signal: acts.signal });
  }
  const box = scroller(element);
  let [place, scrolled, height] = [NaN, box.scrollTop, box.scrollHeight];
  const follow = () => {
    if (element.getBoundingClientRect().top !== place) {
      const ends = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
      const cut = box.scrollTop < scrolled && (ends || box.scrollHeight !== height);
      if (box.scrollTop !== scrolled && !cut) acts.abort();
      else element.scrollIntoView({ block: "start" });
    }
    place = element.getBoundingClientRect().top;
    [scrolled, height] = [box.scrollTop, box.scrollHeight];
    if (performance.now() > end || !element.isConnected) acts.abort();
    if (!acts.signal.aborted) requestAnimationFrame(follow);
  };
  follow();
}

/** What scrolls an element. @param {Element} element @returns {Element} */
function scroller(element) {
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  }
  return document.documentElement;
}
