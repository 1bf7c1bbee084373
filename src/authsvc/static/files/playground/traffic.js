/*
 * Every request of this page goes through `recorded`, and is shown in the panel that caused it.
 * Nothing here is made up: what stands on the page is what `fetch` was given, and what it gave back.
 */

import { exchange } from "./exchange.js";

let record = () => {};
let label = "";

/** Says what the requests from here on are for; it stands beside them. */
export function about(words) {
  label = words;
}

/** `fetch`, with a record of what travelled. */
export async function recorded(target, init = {}) {
  const url = new URL(target, location.origin);
  const started = performance.now();
  const answer = await fetch(url, init);
  const milliseconds = performance.now() - started;
  record({
    label,
    url,
    method: init.method ?? "GET",
    headers: Object.fromEntries(new Headers(init.headers)),
    body: init.body?.toString() ?? "",
    hasCookies: init.credentials !== "omit" && !new Headers(init.headers).has("Authorization"),
    answer,
    text: await answer.clone().text(),
    milliseconds,
  });
  return answer;
}

/**
 * Asks for a path; resolves to `{status, slug, body, text, milliseconds, answer}`. `json` or `form`
 * is the body, `token` goes into the Authorization header; `credentials: "omit"` leaves cookies out.
 */
export async function ask(path, { method = "GET", json, form, token, accept, ...init } = {}) {
  const headers = {};
  if (json) headers["Content-Type"] = "application/json";
  if (accept) headers.Accept = accept;
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = json ? JSON.stringify(json) : form && new URLSearchParams(form);
  const started = performance.now();
  const answer = await recorded(path, { ...init, method, headers, body });
  return { milliseconds: performance.now() - started, ...(await read(answer)) };
}

/** What an answer says. */
export async function read(answer) {
  const text = await answer.text();
  const body = answer.headers.get("Content-Type")?.includes("json") && text ? JSON.parse(text) : {};
  const slug = String(body.type ?? body.error ?? "").split("/").pop();
  return { status: answer.status, slug, body, text, answer };
}

/** Runs a job and shows its traffic in a panel, in place of what stood there. The last few stay open. */
export async function shownIn(panel, job, { open = 1 } = {}) {
  const before = record;
  const place = panel.querySelector(".shown");
  place.querySelectorAll(".exchange").forEach((old) => old.remove());
  record = (happened) => {
    place.append(exchange(happened));
    const all = [...place.querySelectorAll(".exchange")];
    all.forEach((one, i) => { one.open = i >= all.length - open; });
  };
  try {
    return await job();
  } finally {
    record = before;
    label = "";
  }
}

/** Why something went otherwise than it should, in words. */
export function reason({ status, body, answer }) {
  const wait = answer?.headers.get("Retry-After");
  const said = body.detail ?? body.error_description ?? body.title ?? body.error ?? `The service answered ${status}.`;
  return wait ? `${said} Come again in ${wait} s.` : said;
}
