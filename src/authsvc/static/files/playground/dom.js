/* Finding and making elements. Text goes in as text: there is no way to hand in markup. */

export const byId = (id) => document.getElementById(id);

/** Makes an element: `el("p.quiet", { title: "…" }, "text", otherElement)`. Empty children are left out. */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""));
  return element;
}

/** Says how a panel's last attempt went: `good`, `bad` (refused, as expected or not) or `alarm`. */
export function judge(panel, kind, ...words) {
  const verdict = panel.querySelector(".verdict");
  verdict.dataset.kind = kind;
  verdict.replaceChildren(...words.map((word, i) => (i % 2 ? el("code", {}, word) : word)));
}

/** Fills a description list with pairs. */
export function describe(list, pairs) {
  list.hidden = false;
  list.replaceChildren(...pairs.map(([term, ...text]) => el("div", {}, el("dt", {}, term), el("dd", {}, ...text))));
}

/** Seconds as `1:43`, or `2 h 05 min`. */
export function lasting(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), String(Math.floor(seconds % 60)).padStart(2, "0")];
  if (minutes < 100) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

export const moment = (date) => date.toLocaleString("en", { dateStyle: "medium", timeStyle: "medium" });
