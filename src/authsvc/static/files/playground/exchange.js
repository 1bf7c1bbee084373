/* One request and its answer, as they travelled, and the same as a curl command. */

import { el } from "./dom.js";

const LONGEST = 1200;
const ANSWER_HEADERS = ["Content-Type", "Cache-Control", "WWW-Authenticate", "Retry-After", "Clear-Site-Data", "X-Request-Id"];
const SETS_COOKIES = new Set(["/auth/login", "/auth/refresh", "/auth/logout"]);
const SECRET = /password$/;

/** Shows one exchange, folded out or in. */
export function exchange(happened) {
  const { label, method, url, answer, milliseconds } = happened;
  const copy = el("button.small", { type: "button", onclick: () => copyText(copy, curl(happened)) }, "Copy as curl");
  return el("details.exchange", { "data-status": answer.status, "data-slug": slugOf(happened) || undefined },
    el("summary", {},
      el("span.method", {}, method), " ", el("code", {}, url.pathname), " ",
      el(`span.${answer.ok ? "good" : "bad"}`, {}, statusOf(happened)), " ",
      el("span.quiet", {}, `${Math.round(milliseconds)} ms`),
      label && el("span.label", {}, label)),
    el("div.halves", {},
      half("Request", `${method} ${url.pathname}${url.search}`, requestHeaders(happened), pretty(happened.body, masked)),
      half("Answer", statusOf(happened), answerHeaders(happened), pretty(happened.text))),
    copy);
}

function half(title, line, headers, body) {
  const lines = headers.flatMap(([name, value, isNote]) => [
    "\n", el("span.header", {}, `${name}: `), isNote ? el("i", {}, value) : value,
  ]);
  return el("div", {}, el("h4", {}, title), el("pre", { tabindex: "0" }, el("b", {}, line), ...lines, body && `\n\n${body}`));
}

function statusOf({ answer }) {
  const status = `${answer.status} ${answer.statusText}`.trim();
  return answer.redirected ? `303, led to ${new URL(answer.url).pathname}${new URL(answer.url).search}: ${status}` : status;
}

function requestHeaders({ headers, hasCookies }) {
  const shown = Object.entries(headers).map(([name, value]) => [
    name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
    value.length > 60 ? `${value.slice(0, 28)}… (${value.length} characters)` : value,
  ]);
  if (hasCookies) shown.push(["Cookie", "whatever the browser has for this host, kept from scripts", true]);
  return shown;
}

function answerHeaders({ url, answer, hasCookies }) {
  const shown = ANSWER_HEADERS.filter((name) => answer.headers.has(name)).map((name) => [name, answer.headers.get(name)]);
  if (hasCookies && answer.ok && SETS_COOKIES.has(url.pathname)) shown.push(["Set-Cookie", "two cookies, which the browser keeps from scripts", true]);
  return shown;
}

/** JSON and forms, set out in lines; of anything long only the beginning. */
function pretty(text, change = (_name, value) => value) {
  let lines = text;
  try {
    lines = JSON.stringify(JSON.parse(text, change), null, 2);
  } catch {
    if (/^grant_type=|^token=/.test(text)) {
      lines = [...new URLSearchParams(text)].map(([name, value]) => `${name}=${change(name, value)}`).join("\n&");
    }
  }
  return lines.length > LONGEST ? `${lines.slice(0, LONGEST)}\n… ${lines.length - LONGEST} more characters` : lines;
}

const masked = (name, value) => (SECRET.test(name) ? "••••••••" : value);

function slugOf({ text }) {
  try {
    const { type, error } = JSON.parse(text);
    return String(type ?? error ?? "").split("/").pop();
  } catch {
    return "";
  }
}

/** The same request for a terminal. Its cookies live in cookies.txt, where signing in with curl puts them. */
export function curl({ method, url, headers, body, hasCookies }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -i ${quoted(url.href)}`];
  if (method !== (body ? "POST" : "GET")) parts.push(`-X ${method}`);
  if (hasCookies) parts.push("-b cookies.txt -c cookies.txt");
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

async function copyText(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Not allowed, or not a secure context: then it is shown, to be copied by hand.
    if (!button.nextElementSibling) button.after(el("pre", { tabindex: "0" }, text));
  }
  setTimeout(() => { button.textContent = "Copy as curl"; }, 2000);
}
