// Puts an SVG of the lesson into the page, where it takes the page's colour and font.

/** @param {{data: string, parentElement: any}} component */
export default function ({ data, parentElement }) {
  let place = parentElement.querySelector(".place");
  if (!place) {
    place = document.createElement("div");
    place.className = "place";
    parentElement.append(place);
  }
  if (place.drawn === data) return; // a rerun must not start its animation again
  place.drawn = data;
  place.innerHTML = data;
}
