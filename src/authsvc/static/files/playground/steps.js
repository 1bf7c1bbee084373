/* The six steps, in the order of the article: each sends its requests and says what came of them. */

import { byId, describe, el, judge, moment } from "./dom.js";
import { auth, pairToShow, person, state, Stop } from "./session.js";
import { changed, claimsOf, isGenuine, showKeys, showToken } from "./token.js";
import { about, ask, read, reason, shownIn } from "./traffic.js";

const panelOf = (step) => byId(`step-${step}`);
const TRIES = { right: "right password", wrong: "wrong password", unknown: "unknown address" };
const PARTS = ["header", "payload", "signature"];
const times = { right: [], wrong: [], unknown: [] };

/** Creates the account, unless it is there already. */
export async function register(panel) {
  try {
    await auth.register(person());
    judge(panel, "good", "The account was created.");
  } catch (fault) {
    if (fault.slug !== "email-taken") throw fault;
    judge(panel, "good", "The account exists already.");
  }
}

async function login(panel) {
  const { email, password } = person();
  const { profile, session } = await auth.login(email, password);
  judge(panel, "good", `The pair was right. Session ${session.id.slice(0, 8)}… began for ${profile.name || profile.email}; its tokens are in the cookies, and not in this answer.`);
}

/** One try each, in an order that chance decides. Signing in rightly once more replaces the session. */
async function check(panel) {
  const { email, password } = person();
  const tries = {
    right: { email, password },
    wrong: { email, password: `${password.slice(0, -1)}${password.endsWith("x") ? "y" : "x"}` },
    unknown: { email: `nobody-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}@example.com`, password },
  };
  const answers = {};
  const order = Object.keys(tries).sort(() => crypto.getRandomValues(new Int8Array(1))[0]);
  for (const which of order) {
    about(TRIES[which]);
    const started = performance.now();
    answers[which] = which === "right"
      ? await auth.login(email, password).then(() => ({ status: 200 }))
      : await ask("/auth/login", { method: "POST", json: tries[which], credentials: "omit" });
    const milliseconds = answers[which].milliseconds ?? performance.now() - started;
    if (answers[which].status === (which === "right" ? 200 : 401)) times[which].push(milliseconds);
  }
  showBars();
  const late = [answers.wrong, answers.unknown].find(({ status }) => status !== 401);
  if (late) throw new Stop(`The service counts tries: ${reason(late)}`);
  const [wrong, unknown] = [answers.wrong, answers.unknown].map(({ text, body }) => text.replace(body.request_id, ""));
  if (wrong === unknown) judge(panel, "good", `Wrong password and unknown address: the same answer, byte for byte, but for the id of the request. ${howLong()}`);
  else judge(panel, "alarm", "The two answers differ. That should not be.");
}

const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

function howLong() {
  const [wrong, unknown] = [middle(times.wrong), middle(times.unknown)];
  const isAlike = Math.abs(wrong - unknown) < 0.25 * Math.max(wrong, unknown);
  return isAlike ? "And the same time." : "The times differ by chance on a busy machine: measure again, and the middle evens out.";
}

function showBars() {
  const most = Math.max(...Object.values(times).map(middle), 1);
  const bars = Object.entries(TRIES).map(([which, name]) => {
    const time = middle(times[which]);
    return [name,
      el("progress", { max: most, value: time, "aria-label": name }),
      ` ${Math.round(time)} ms`, times[which].length > 1 ? el("span.quiet", {}, ` middle of ${times[which].length}`) : ""];
  });
  describe(byId("bars"), bars);
}

async function sign(panel) {
  const pair = await pairToShow();
  const { header } = claimsOf(pair.access_token);
  showToken(pair.access_token);
  const set = await ask("/.well-known/jwks.json", { credentials: "omit", cache: "no-store" });
  const keys = set.status === 200 ? set.body.keys : [];
  showKeys(byId("keys"), keys, header.kid);
  const key = keys.find(({ kid }) => kid === header.kid);
  if (!key) return judge(panel, "good", `Signed with ${header.alg}. There is no public key to check it with: only the service can.`);
  if (!globalThis.crypto.subtle) return judge(panel, "good", `Signed with ${header.alg}, by the key that is marked below.`);
  const holds = await isGenuine(pair.access_token, key);
  const changedHolds = await isGenuine(changed(pair.access_token, 1), key).catch(() => false);
  if (holds && !changedHolds) judge(panel, "good", `Signed with ${header.alg}. Your browser has just verified the signature with nothing but the public key that is marked below; with one character changed it does not hold.`);
  else judge(panel, "alarm", "The signature does not hold. That should not be.");
}

async function keep(panel) {
  const prefix = location.protocol === "https:" ? "__Host-" : "";
  const names = ["authsvc_access", "authsvc_refresh"].map((name) => prefix + name);
  const readable = document.cookie.split("; ").filter((pair) => names.some((name) => pair.startsWith(`${name}=`)));
  const { status } = await ask("/getProfile");
  describe(byId("attempts"), [
    ["document.cookie", readable.length ? readable.join("; ") : "neither of the two: the browser hides them from scripts"],
    ["Set-Cookie", "not among the headers that a script may read of an answer"],
    ["and yet", status === 200 ? "/getProfile answers 200: the cookie travelled" : `/getProfile answers ${status}: no good cookie travelled`],
  ]);
  for (const cell of panel.querySelectorAll("[data-until]")) cell.textContent = state.sessionEndsAt ? moment(state.sessionEndsAt) : "–";
  if (readable.length) judge(panel, "alarm", "This page can read a token. That should not be.");
  else judge(panel, status === 200 ? "good" : "bad", status === 200 ? "They are there, and this page cannot read them." : "Nobody is signed in: run step 1 first.");
}

async function use(panel) {
  const { status, slug, body } = await read(await auth.fetch("/getProfile"));
  byId("profile").hidden = status !== 200;
  if (status !== 200) return judge(panel, "bad", "Refused: ", slug, ". Sign in first.");
  describe(byId("profile"), ["id", "email", "name", "created_at"].map((name) => [name, body[name] ?? "–"]));
  judge(panel, "good", `Answered for ${body.name || body.email}.`);
}

async function verify(panel) {
  const { access_token: token } = await pairToShow();
  const part = Number(byId("spot").value);
  about("as it is");
  const genuine = await ask("/getProfile", { token, credentials: "omit" });
  about("one character changed");
  const other = await ask("/getProfile", { token: changed(token, part), credentials: "omit" });
  if (genuine.status !== 200) {
    state.pair = null;
    return judge(panel, "bad", `As it is: ${genuine.status} `, genuine.slug, ". Step 3 gets another token.");
  }
  judge(panel, other.slug === "invalid-token" ? "good" : "alarm",
    `As it is: ${genuine.status}. One character of the ${PARTS[part]} changed: ${other.status} `, other.slug, ".");
}

export const steps = [login, check, sign, keep, use, verify];

/** Runs one step (1 to 6) in its panel. */
export async function runStep(step) {
  const panel = panelOf(step);
  const link = document.querySelector(`.journey a[href="#step-${step}"]`);
  delete link.dataset.done;
  await shownIn(panel, () => steps[step - 1](panel));
  link.dataset.done = panel.querySelector(".verdict").dataset.kind;
}
