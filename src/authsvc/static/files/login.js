/*
 * The script of the sign-in page: sign in, create an account, see who is signed in, sign out.
 * Tokens travel in HttpOnly cookies, which no script can read, and authsvc.js renews them. All
 * that came from a person is shown with textContent.
 */

import { AuthClient } from "./authsvc.js";

const ANSWER_WITHIN_MS = 20_000;
const CONNECTION_LOST = "The service did not answer. Check your connection and try again.";

const service = new AuthClient();
const byId = (id) => document.getElementById(id);
const next = ownAddress(new URLSearchParams(location.search).get("next"));

/** The full address of a path on this origin, or null for anything that leads elsewhere. */
function ownAddress(path) {
  // One leading slash; browsers read "//" and "/\" as the start of another host's name.
  if (!path || !/^\/(?![/\\])[^\\\u0000-\u001f\u007f]*$/.test(path)) return null;
  const url = new URL(path, location.origin);
  // The whole address, never only its path: "/..//host" has the path "//host".
  return url.origin === location.origin ? url.href : null;
}

/** Sends a request; resolves to {status, body, retryAfter}, with status 0 when nothing answered. */
async function ask(method, path, json) {
  const content = json && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(json) };
  try {
    const answer = await service.fetch(path, { method, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), cache: "no-store", ...content });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {}, retryAfter: answer.headers.get("Retry-After") };
  } catch {
    return { status: 0, body: {}, retryAfter: null };
  }
}

function say(text, kind = "info") {
  const status = byId("status");
  status.dataset.kind = kind;
  status.textContent = text;
}

function show(name) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== name;
  document.title = `${byId(`${name}-title`).textContent} · authsvc`;
}

/** Puts a message under a field, or takes it away with an empty one. */
function mark(field, message) {
  byId(`${field.id}-error`).textContent = message;
  field.setAttribute("aria-invalid", String(Boolean(message)));
}

/** What the browser itself can tell is wrong with a field. */
function complaint({ validity, labels }) {
  const label = labels[0].firstChild.textContent.trim();
  if (validity.valueMissing) return `${label} is missing.`;
  if (validity.typeMismatch) return "This is not an e-mail address.";
  if (validity.tooShort) return "Use at least 8 characters.";
  return "";
}

/** Marks every field; true when nothing was wrong. Focus goes to the first fault. */
function markAll(form, messageFor) {
  const faulty = [...form.querySelectorAll("input")].filter((field) => {
    const message = messageFor(field);
    mark(field, message);
    return message;
  });
  faulty[0]?.focus();
  return faulty.length === 0;
}

/** The service's complaints as field name → message. */
function complaintsIn(body) {
  const slug = body.type?.split("/").pop();
  if (slug === "email-taken") return { email: "An account with this e-mail exists already." };
  if (slug === "weak-password") return { password: body.detail };
  return Object.fromEntries((body.errors ?? []).map(({ pointer, message }) => [pointer.split("/").pop(), message]));
}

/** Tells why a request was refused: beside the fields it names, otherwise above the form. */
function refuse(form, { status, body, retryAfter }) {
  const complaints = complaintsIn(body);
  if (!markAll(form, (field) => complaints[field.name] ?? "")) return say("");
  if (status === 0) return say(CONNECTION_LOST, "error");
  const reason = status === 401 ? body.title : (body.detail ?? body.title ?? `The service answered ${status}.`);
  say(retryAfter ? `${reason} Try again in ${retryAfter} s.` : reason, "error");
  form.elements.password.focus();
  form.elements.password.select();
}

/** Lets one job run at a time; a second click meanwhile does nothing. */
async function alone(job) {
  const main = byId("main");
  if (main.ariaBusy) return;
  main.ariaBusy = "true";
  try {
    await job();
  } finally {
    main.ariaBusy = null;
  }
}

function enter(profile) {
  for (const form of document.forms) form.reset();
  byId("account-who").textContent = profile.name || profile.email;
  byId("account-email").textContent = profile.email;
  byId("account-name").textContent = profile.name ?? "";
  byId("account-name").parentElement.hidden = !profile.name;
  byId("account-since").dateTime = profile.created_at;
  byId("account-since").textContent = new Date(profile.created_at).toLocaleDateString("en", { dateStyle: "long" });
  byId("account-next").hidden = !next;
  if (next) byId("account-next").href = next;
  show("account");
}

/** Signs in, then goes onwards to `next`, or stays and shows who is signed in. */
async function signIn(form) {
  const { email, password } = form.elements;
  const answer = await ask("POST", "/auth/login", { email: email.value, password: password.value });
  if (answer.status !== 200) return refuse(form, answer);
  enter(answer.body.profile);
  if (next) location.replace(next);
  else byId("account-title").focus();
}

async function signUp(form) {
  const { name, email, password } = form.elements;
  const account = { email: email.value, password: password.value, name: name.value.trim() || undefined };
  const answer = await ask("POST", "/auth/register", account);
  if (answer.status !== 201) return refuse(form, answer);
  // Signing in goes through the other form, so that a refusal is told there: the account exists by now.
  const other = byId("sign-in-form");
  other.elements.email.value = account.email;
  other.elements.password.value = account.password;
  form.reset();
  show("sign-in");
  say("Your account was created.");
  await signIn(other);
}

async function signOut() {
  const answer = await ask("POST", "/auth/logout");
  if (answer.status !== 204) return say(answer.body.detail ?? CONNECTION_LOST, "error");
  show("sign-in");
  say("You are signed out.");
  byId("sign-in-email").focus();
}

/** Somebody may be signed in already. The 401 for nobody is an ordinary answer, which browsers still log. */
async function recognise() {
  let wasRenewed = false;
  service.addEventListener("renewed", () => (wasRenewed = true), { once: true });
  const answer = await ask("GET", "/getProfile");
  if (answer.status === 200) enter(answer.body);
  else if (!byId("account").hidden) show("sign-in");
  if (answer.status === 0) say(CONNECTION_LOST, "error");
  else if (answer.status !== 200 && next) say("Sign in to continue.");
  // Whoever was led here only because their access token had run out need not stay.
  else if (wasRenewed && next) location.replace(next);
}

/** Between signing in and signing up; an address typed already comes along. */
function change({ currentTarget: button }) {
  const form = byId(`${button.dataset.go}-form`);
  form.elements.email.value ||= button.closest("section").querySelector("[name=email]").value;
  say("");
  show(button.dataset.go);
  form.querySelector("input").focus();
}

function reveal(button, isShown) {
  byId(button.getAttribute("aria-controls")).type = isShown ? "text" : "password";
  button.textContent = isShown ? "Hide" : "Show";
  button.setAttribute("aria-label", `${button.textContent} password`);
}

function wire(form, job) {
  form.noValidate = true; // our own messages: attached to the fields, and they stay
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    reveal(form.querySelector(".reveal"), false); // browsers remember what was typed into plain text fields
    say("");
    if (markAll(form, complaint)) alone(() => job(form));
  });
  form.addEventListener("input", ({ target }) => mark(target, ""));
}

wire(byId("sign-in-form"), signIn);
wire(byId("sign-up-form"), signUp);
byId("sign-out").onclick = () => alone(signOut);
for (const button of document.querySelectorAll(".reveal")) button.onclick = () => reveal(button, button.textContent === "Show");
for (const button of document.querySelectorAll("[data-go]")) button.onclick = change;
// A page brought back by the Back button shows what was true when it was left.
addEventListener("pageshow", ({ persisted }) => persisted && alone(recognise));

alone(recognise).finally(() => {
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});
