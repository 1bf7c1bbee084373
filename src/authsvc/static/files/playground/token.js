/* A token taken apart, each claim explained, and its signature checked with the public key alone. */

import { byId, el, moment } from "./dom.js";

const MEANINGS = {
  alg: "The algorithm of the signature. The verifier does not go by this: it goes by the one stored with the key, and refuses if they differ.",
  kid: "Which key has signed: the key's own fingerprint (RFC 7638). It finds the key in the key set below.",
  typ: "An access token (RFC 9068). A token made for something else is not accepted for this.",
  iss: "Issuer: the service that has signed.",
  sub: "Subject: the user's id. There is no e-mail address and no name in here, since anybody who holds a token can read it.",
  aud: "Audience: whom the token is for. Others must refuse it.",
  exp: "Expires at: from then on the answer is token-expired.",
  iat: "Issued at: when it was signed.",
  jti: "An id of this one token.",
  sid: "The session. When it is ended, all its tokens are refused, however long they would still be good.",
  client_id: "The application that asked for the token.",
  scope: "What the token may be used for.",
  auth_time: "When the user last proved who they are. Renewing does not change it.",
  amr: "How they proved it (RFC 8176): pwd is a password.",
};
const ALGORITHMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};
const TIMES = new Set(["exp", "iat", "auth_time"]);

const bytesOf = (part) => Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const jsonOf = (part) => JSON.parse(new TextDecoder().decode(bytesOf(part)));

/** Header and payload of a token, and its three parts. Nothing is verified by this. */
export function claimsOf(token) {
  const parts = token.split(".");
  return { parts, header: jsonOf(parts[0]), payload: jsonOf(parts[1]) };
}

/** The token with one character of a part (0 to 2) changed. */
export function changed(token, part) {
  const parts = token.split(".");
  const middle = Math.floor(parts[part].length / 2);
  const other = parts[part][middle] === "A" ? "B" : "A";
  parts[part] = parts[part].slice(0, middle) + other + parts[part].slice(middle + 1);
  return parts.join(".");
}

/** Verifies a token's signature in this browser, with a key of the key set. */
export async function isGenuine(token, jwk) {
  const parts = token.split(".");
  const algorithm = ALGORITHMS[jwk.alg];
  const { kty, crv, x, y, n, e } = jwk;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, n, e }, algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm, key, bytesOf(parts[2]), new TextEncoder().encode(`${parts[0]}.${parts[1]}`));
}

/** Shows a token: coloured, decoded, explained. */
export function showToken(token) {
  const { parts, header, payload } = claimsOf(token);
  const names = ["header", "claims", "signature"];
  byId("token-raw").replaceChildren(...parts.flatMap((part, i) => [i ? "." : "", el(`span.part-${names[i]}`, {}, part)]));
  byId("token-header").replaceChildren(...Object.entries(header).map(claim));
  byId("token-claims").replaceChildren(...Object.entries(payload).map(claim));
  byId("token-signature").textContent = `${bytesOf(parts[2]).length} bytes over the two parts before it, as they are written above.`;
  byId("token").hidden = false;
}

function claim([name, value]) {
  const shown = TIMES.has(name) ? `${value} = ${moment(new Date(value * 1000))}` : [value].flat().join(" ");
  const meaning = MEANINGS[name] ?? "";
  const explain = () => byId("explained").replaceChildren(el("b", {}, name), ` ${meaning}`);
  const item = el("button", { type: "button", "aria-describedby": `about-${name}` },
    el("span.name", {}, name), " ", el("span.value", {}, shown));
  item.addEventListener("focus", explain);
  item.addEventListener("pointerenter", explain);
  item.addEventListener("click", explain);
  return el("li", {}, item, el("span.unseen", { id: `about-${name}` }, meaning));
}

/** Shows a key set; the key that signed, if it is there, is marked. */
export function showKeys(list, keys, kid) {
  list.replaceChildren(...keys.map((key) => el("li", { "data-kid": key.kid, "data-signed": key.kid === kid },
    key.kid === kid ? el("mark", {}, key.kid) : el("span", {}, key.kid),
    el("span.quiet", {}, ` ${key.kty} ${key.alg}`, key.kid === kid ? " · signed this token" : ""))));
}
