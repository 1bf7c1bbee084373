/*
 * Who is signed in here: by cookie, which this page cannot read, through `authsvc.js`; and with the
 * pair of tokens that the page asks for itself, to have something to show.
 */

import { AuthClient } from "../authsvc.js";
import { byId, lasting } from "./dom.js";
import { claimsOf } from "./token.js";
import { ask, read, reason, recorded } from "./traffic.js";

export const auth = new AuthClient({ fetch: recorded });

export const state = { profile: null, expiresAt: null, startedAt: 0, sessionEndsAt: null, pair: null };

/** The account in the form. Throws where something is missing. */
export function person() {
  const { email, password, name } = byId("person").elements;
  if (!email.value.trim() || !password.value) {
    (password.value ? email : password).focus();
    throw new Stop("Fill in an e-mail address and a password above.");
  }
  return { email: email.value.trim(), password: password.value, name: name.value.trim() || undefined };
}

/** What ends a job early, with what to tell. */
export class Stop extends Error {}

/** Fills the form with an account that nobody has yet. */
export function invent() {
  const letters = crypto.getRandomValues(new Uint32Array(3));
  const { email, password } = byId("person").elements;
  email.value = `guest-${letters[0].toString(36)}@example.com`;
  password.value = `${letters[1].toString(36)} lanterns ${letters[2].toString(36)}`;
}

/** A pair of tokens of this page's own, by password: a session beside the one in the cookies. */
export async function newPair() {
  const { email, password } = person();
  return tokens({ grant_type: "password", username: email, password });
}

/** The pair to show: the one from before, renewed where it has expired, or a new one. */
export async function pairToShow() {
  if (state.pair && !isOver(state.pair)) return state.pair;
  if (state.pair) {
    const renewed = await renewPair(state.pair).catch(() => null);
    if (renewed) return (state.pair = renewed);
  }
  return (state.pair = await newPair());
}

export const renewPair = (pair) => tokens({ grant_type: "refresh_token", refresh_token: pair.refresh_token });

const isOver = (pair) => claimsOf(pair.access_token).payload.exp * 1000 < Date.now() + 1000;

async function tokens(form) {
  const got = await ask("/auth/token", { method: "POST", form, credentials: "omit" });
  if (got.status === 200) return got.body;
  if (got.slug === "unsupported_grant_type") throw new Stop("This service gives no tokens for passwords (AUTHSVC_PASSWORD_GRANT=false), so there is none to show.");
  throw new Stop(reason(got));
}

/** Puts the cookies' state on the page: who, and how long the access token is still good. */
export function showSession() {
  const { profile, expiresAt, startedAt } = state;
  byId("who").textContent = profile ? `Signed in as ${profile.name || profile.email}` : "Nobody is signed in here";
  byId("sign-out").hidden = !profile;
  byId("clock").hidden = !profile;
  const left = expiresAt === null ? null : Math.max(0, (expiresAt - Date.now()) / 1000);
  const words = left === null ? "of an earlier visit, its time unknown here" : left > 0 ? lasting(left) : "expired";
  byId("clock-left").textContent = words;
  byId("clock-bar").value = left === null ? 0 : left / Math.max(1, (expiresAt - startedAt) / 1000);
  byId("expiry-left").textContent = profile ? words : "not signed in";
}

/** Takes over what signing in or renewing was answered with. */
export function take({ profile, session, access_expires_at }) {
  state.profile = profile;
  state.expiresAt = Date.parse(access_expires_at);
  state.startedAt = Date.now();
  state.sessionEndsAt = new Date(session.expires_at);
  showSession();
}

export function forget() {
  Object.assign(state, { profile: null, expiresAt: null, sessionEndsAt: null });
  showSession();
}

/** Somebody may be signed in already, from an earlier visit or another tab. */
export async function recognise() {
  const { status, body } = await read(await auth.fetch("/getProfile"));
  if (status === 200 && state.expiresAt === null) state.profile = body;
  showSession();
}

auth.addEventListener("signed-in", ({ detail }) => take(detail));
auth.addEventListener("renewed", ({ detail }) => take(detail));
auth.addEventListener("signed-out", forget);
setInterval(showSession, 1000);
