/*
 * authsvc for browsers: sign in and out, and a `fetch` that renews the session when it must.
 *
 * Tokens travel in HttpOnly cookies, which no script can read; this module never sees one. Copy the
 * file, or import it from the service (`/static/authsvc.js`). No dependencies. How to use it:
 * clients/README.md.
 */

const ANSWER_WITHIN_MS = 20_000;
const WORD_OF_MOUTH_MS = 50;

/** A refusal, as an error: `slug` says which (docs/problems.md), `retryAfter` when to come again, in seconds. */
export class Refused extends Error {
  constructor({ status, headers }, problem) {
    super(problem.detail ?? `The service answered ${status}.`);
    const retryAfter = Number(headers.get("Retry-After")) || null;
    Object.assign(this, { name: "Refused", status, slug: slugIn(problem), retryAfter, problem });
  }
}

/**
 * Fires `signed-in` and `signed-out` in every tab of this origin, in whichever it happened, and
 * `renewed`; `event.detail` is the service's answer, where there is one.
 */
export class AuthClient extends EventTarget {
  #base;
  #fetch;
  #name;
  #channel;
  #turn = Promise.resolve();
  #renewals = 0; // how often this session was renewed,
  #changes = 0; // and how often somebody signed in or out: here or in another tab

  /** `base` is where the service is: another origin of the same site, or (without) this one. */
  constructor({ base = location.origin, fetch = globalThis.fetch.bind(globalThis) } = {}) {
    super();
    this.#base = new URL(base).origin;
    this.#fetch = fetch;
    this.#name = `authsvc ${this.#base}`;
    this.#channel = globalThis.BroadcastChannel && new BroadcastChannel(this.#name);
    this.#channel?.addEventListener("message", ({ data }) => this.#hear(data));
  }

  /** Creates an account, without signing in; resolves to its profile. Throws `Refused`. */
  async register({ email, password, name }) {
    return answered(await this.#post("/auth/register", { email, password, name }));
  }

  /** Signs in; resolves to `{profile, session, access_expires_at}`. Throws `Refused`. */
  login(email, password) {
    return this.#alone(async () => {
      const answer = await answered(await this.#post("/auth/login", { email, password }));
      return this.#tell("signed-in", answer);
    });
  }

  /** Ends the session, here and on the server. Throws `Refused` where that could not be done. */
  logout() {
    return this.#alone(async () => {
      await answered(await this.#post("/auth/logout"));
      this.#tell("signed-out");
    });
  }

  /**
   * Like the browser's own, with the cookies; paths are the service's. When the access token has
   * expired it is renewed, once, and the request is sent again, once. Where it cannot be renewed,
   * the answer is the one that says why: 401 (signed out), 429 or 503 (`Retry-After`).
   */
  async fetch(input, init = {}) {
    const whole = input instanceof Request;
    const target = whole ? input : new URL(input, this.#base);
    const headers = new Headers(init.headers ?? input.headers);
    // Another server's business, or a token of the caller's own.
    if (new URL(whole ? input.url : target).origin !== this.#base || headers.has("Authorization")) return this.#fetch(target, init);
    const send = () => this.#fetch(whole ? input.clone() : target, { ...init, credentials: "include" });
    const [renewals, changes] = [this.#renewals, this.#changes];
    const answer = await send();
    const slug = answer.status === 401 ? await slugOf(answer) : "";
    if (slug === "session-ended" && changes === this.#changes) this.#tell("signed-out");
    if (slug !== "token-expired") return answer;
    const refusal = await this.#alone(() => this.#renew(renewals, changes));
    // What one person asked for is not asked again as another; a stream has been read.
    if (refusal || changes !== this.#changes || init.body instanceof ReadableStream) return refusal ?? answer;
    return send();
  }

  /** Renews the cookies, unless somebody did since these counts were taken. Resolves to a refusal, or nothing. */
  async #renew(renewals, changes) {
    // News from the tab whose turn it was travels beside its turn, not ahead of it.
    if (renewals === this.#renewals) await new Promise((go) => setTimeout(go, WORD_OF_MOUTH_MS));
    if (renewals !== this.#renewals || changes !== this.#changes) return undefined;
    const answer = await this.#post("/auth/refresh");
    if (answer.ok) return void this.#tell("renewed", await answer.json());
    if (answer.status === 401) this.#tell("signed-out");
    return answer;
  }

  /** One at a time in all tabs; without Web Locks in this one, which the server's grace makes good. */
  #alone(job) {
    if (navigator.locks) return navigator.locks.request(this.#name, job);
    const turn = this.#turn.then(job);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #post(path, json) {
    const headers = json ? { "Content-Type": "application/json" } : {};
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const body = json && JSON.stringify(json);
    return this.#fetch(new URL(path, this.#base), { method: "POST", headers, body, signal, credentials: "include" });
  }

  #tell(type, detail) {
    this.#channel?.postMessage({ type, detail });
    this.#hear({ type, detail });
    return detail;
  }

  #hear({ type, detail }) {
    if (type === "renewed") this.#renewals += 1;
    else this.#changes += 1;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const slugIn = ({ type = "" }) => type.slice(type.lastIndexOf("/") + 1);

/** Which problem an answer tells; its body can still be read. */
async function slugOf(answer) {
  const slug = slugIn(await answer.clone().json().catch(() => ({})));
  // Of a 401 that a proxy writes, having asked the service, only this header is the service's.
  const isExpired = answer.headers.get("WWW-Authenticate")?.includes("The access token expired");
  return slug || (isExpired ? "token-expired" : "");
}

/** What an answer says, if anything; a refusal is thrown. */
async function answered(answer) {
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer, said);
  return said;
}
