/* Things to try: each is a small experiment with tokens of its own, and says how it ended. */

import { byId, judge } from "./dom.js";
import { auth, newPair, renewPair, state, Stop, take } from "./session.js";
import { claimsOf, showKeys } from "./token.js";
import { about, ask, read, reason, shownIn } from "./traffic.js";

const LOOK_EVERY_MS = 2000;
const SECOND_TAB_WITHIN_MS = 6000;
const SECOND_TAB = "#second-tab";
const between = globalThis.BroadcastChannel && new BroadcastChannel("authsvc behind the scenes");

const profileWith = (token) => ask("/getProfile", { token, credentials: "omit" });
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

async function expiry(panel) {
  const before = panel.querySelectorAll(".exchange").length;
  const { status, slug } = await read(await auth.fetch("/getProfile"));
  const count = panel.querySelectorAll(".exchange").length - before;
  if (status === 200 && count === 1) judge(panel, "good", "The token is still good. Wait until it has expired, and ask again.");
  else if (status === 200) judge(panel, "good", "Refused once (", "token-expired", "), renewed, and answered. The session goes on with a new token.");
  else judge(panel, "bad", `Answered ${status} `, slug, ". Sign in first.");
}

async function renew(panel) {
  const renewed = await ask("/auth/refresh", { method: "POST" });
  if (renewed.status !== 200) throw new Stop(reason(renewed));
  take(renewed.body);
  judge(panel, "good", "Renewed: both cookies are new, and the session goes on.");
}

async function logout(panel) {
  const pair = await newPair();
  about("before");
  await profileWith(pair.access_token);
  about("log out");
  await ask("/auth/revoke", { method: "POST", form: { token: pair.refresh_token }, credentials: "omit" });
  about("the old token");
  const { status, slug } = await profileWith(pair.access_token);
  judge(panel, slug === "session-ended" ? "good" : "alarm", `The token is genuine and in time, and still: ${status} `, slug, ".");
}

/** What each tab does: renews with the cookie as it stands, without taking turns, then asks. */
async function renewHere() {
  const renewed = await ask("/auth/refresh", { method: "POST" });
  if (renewed.status === 200) take(renewed.body);
  const { status, body } = await ask("/getProfile");
  return { renewed: renewed.status, asked: status, who: body.email, why: renewed.status === 200 ? "" : reason(renewed) };
}

async function tabs(panel) {
  if (!state.profile) throw new Stop("Nobody is signed in by cookie: run step 1 first.");
  const isHere = heard("here");
  const done = heard("done");
  const opened = window.open(`/${SECOND_TAB}`, "_blank");
  const second = opened && between && (await Promise.race([isHere, pause(SECOND_TAB_WITHIN_MS)]));
  const at = Date.now() + 300;
  if (second) between.postMessage({ kind: "go", at });
  await pause(at - Date.now());
  const [mine, other] = await Promise.all([renewHere(), second ? done : renewHere()]);
  const where = second ? "The other tab" : "A second request, as the browser opened no tab,";
  const isFine = [mine, other].every(({ renewed, asked }) => renewed === 200 && asked === 200);
  const line = ({ renewed, asked, why }) => `renewed: ${renewed}, then /getProfile: ${asked}${why && ` (${why})`}`;
  judge(panel, isFine ? "good" : "bad", `This tab ${line(mine)}. ${where} ${line(other)}. ${isFine ? "Both live." : ""}`);
}

/** The next message of a kind from the other tab. */
function heard(kind) {
  return new Promise((take) => {
    const listen = ({ data }) => {
      if (data.kind !== kind) return;
      between.removeEventListener("message", listen);
      take(data);
    };
    between?.addEventListener("message", listen);
  });
}

/** In the second tab: waits for the word, renews at the same moment, and tells how it went. */
export async function beSecondTab() {
  if (location.hash !== SECOND_TAB || !between) return;
  const panel = byId("try-tabs");
  const word = heard("go");
  between.postMessage({ kind: "here" });
  const { at } = await word;
  await pause(at - Date.now());
  const mine = await shownIn(panel, renewHere);
  between.postMessage({ kind: "done", ...mine });
  judge(panel, mine.asked === 200 ? "good" : "bad", `This is the second tab. Renewed: ${mine.renewed}, then /getProfile: ${mine.asked}.`);
  panel.scrollIntoView();
}

async function theft(panel) {
  about("first generation, and a thief copies it");
  const stolen = await newPair();
  about("the owner renews");
  const second = await renewPair(stolen);
  about("and again");
  const third = await renewPair(second);
  about("the thief's copy");
  const replayed = await ask("/auth/token", {
    method: "POST", credentials: "omit", form: { grant_type: "refresh_token", refresh_token: stolen.refresh_token },
  });
  about("the owner's newest token");
  const { status, slug } = await profileWith(third.access_token);
  const isCaught = replayed.slug === "invalid_grant" && slug === "session-ended";
  if (!isCaught) return judge(panel, "bad", `The copy was answered ${replayed.status}, the owner's token ${status} `, slug, ".");
  judge(panel, "alarm", "Alarm: a refresh token was used twice. The copy was refused (", "invalid_grant", "), and the owner's newest token is ", "session-ended", ". The service has written refresh_reuse to its log.");
}

async function docs(panel) {
  about("without cookies");
  const without = await ask("/docs", { accept: "text/html", credentials: "omit" });
  about("with cookies");
  const inside = await ask("/docs", { accept: "text/html" });
  const place = ({ status, answer }) => `${answer.redirected ? "led to " : ""}${new URL(answer.url).pathname}, ${status}`;
  const isGuarded = without.answer.redirected && inside.status === 200 && !inside.answer.redirected;
  judge(panel, isGuarded ? "good" : "bad", `Without cookies: ${place(without)}. With them: ${place(inside)}.${isGuarded || state.profile ? "" : " Sign in first, then try again."}`);
}

let isWatching = false;

/** Looks at the key set every other second, until it changes or the button is pressed again. */
async function rotate(panel) {
  const look = () => ask("/.well-known/jwks.json", { credentials: "omit", cache: "no-store" });
  const first = await look();
  if (first.status !== 200) throw new Stop(reason(first));
  const { access_token: token } = await newPair();
  const { kid } = claimsOf(token).header;
  const before = first.body.keys.map((key) => key.kid);
  const show = (keys) => showKeys(byId("watched"), keys, kid);
  show(first.body.keys);
  judge(panel, "good", `Watching: ${before.length} key${before.length > 1 ? "s" : ""}. The one that is marked has just signed a token.`);
  setWatching(true);
  watch(panel, { before, token, show });
}

async function watch(panel, { before, token, show }) {
  while (isWatching) {
    await pause(LOOK_EVERY_MS);
    const answer = await fetch("/.well-known/jwks.json", { credentials: "omit", cache: "no-store" }).catch(() => null);
    const keys = answer?.ok ? (await answer.json()).keys : null;
    if (!isWatching || !keys || keys.map((key) => key.kid).join() === before.join()) continue;
    setWatching(false);
    show(keys);
    const { status } = await shownIn(panel, () => profileWith(token));
    const added = keys.filter((key) => !before.includes(key.kid)).map((key) => key.kid);
    judge(panel, status === 200 ? "good" : "bad", `The key set changed: ${keys.length} keys now. New: `, added.join(" ") || "none", `. The token that the old key had signed: ${status}.`);
  }
}

function setWatching(value) {
  isWatching = value;
  const button = document.querySelector("[data-try=rotate]");
  button.setAttribute("aria-pressed", String(value));
  button.textContent = value ? "Stop watching" : "Watch the key set";
}

const tries = { expiry, renew, logout, tabs, theft, docs, rotate };

/** Runs one of them in its panel. */
export async function runTry(name, panel) {
  if (name === "rotate" && isWatching) {
    setWatching(false);
    return judge(panel, "good", "Not watching any more.");
  }
  return shownIn(panel, () => tries[name](panel));
}
