/* One's devices, and one's password: the same API, with the cookie. */

import { byId, el, judge, moment } from "./dom.js";
import { auth } from "./session.js";
import { read, reason, shownIn } from "./traffic.js";

const request = async (path, init) => read(await auth.fetch(path, init));

async function list(panel) {
  const got = await request("/sessions");
  const items = got.status === 200 ? got.body.items : [];
  byId("sessions").replaceChildren(...items.map((item) => device(panel, item)));
  if (got.status !== 200) return judge(panel, "bad", reason(got));
  judge(panel, "good", `${items.length} session${items.length === 1 ? "" : "s"}.`);
}

function device(panel, { id, user_agent, ip, created_at, last_used_at, is_current }) {
  const end = el("button.small", {
    type: "button", "data-end": id, "aria-label": `End session ${id.slice(0, 8)}`,
    onclick: () => panel.dispatchEvent(new CustomEvent("end", { detail: id })),
  }, "End");
  return el("li", { "data-session": id },
    el("p", {}, el("b", {}, is_current ? "This browser's cookie" : `Session ${id.slice(0, 8)}…`), ` from ${ip}`),
    el("p.quiet", {}, user_agent),
    el("p.quiet", {}, `since ${moment(new Date(created_at))}, last renewed ${moment(new Date(last_used_at))}`),
    end);
}

async function end(panel, id) {
  const got = await request(id ? `/sessions/${id}` : "/sessions", { method: "DELETE" });
  if (got.status !== 204) return judge(panel, "bad", reason(got));
  const answer = await request("/sessions");
  if (answer.status === 200) {
    byId("sessions").replaceChildren(...answer.body.items.map((item) => device(panel, item)));
    return judge(panel, "good", id ? "That session is over." : "All others are over.");
  }
  byId("sessions").replaceChildren();
  return judge(panel, "good", "That was this browser's own session: signed out.");
}

async function change(panel) {
  const { current_password, new_password } = byId("change-form").elements;
  const json = { current_password: current_password.value, new_password: new_password.value };
  const headers = { "Content-Type": "application/json" };
  const got = await request("/auth/password", { method: "POST", headers, body: JSON.stringify(json) });
  if (got.status !== 204) return judge(panel, "bad", got.body.errors?.map(({ message }) => message).join(". ") || reason(got));
  byId("password").value = json.new_password;
  byId("change-form").reset();
  judge(panel, "good", "Changed. Every other session has ended; this one goes on.");
}

export const listDevices = () => shownIn(byId("devices"), () => list(byId("devices")));
export const endDevice = (id) => shownIn(byId("devices"), () => end(byId("devices"), id));
export const changePassword = () => shownIn(byId("change"), () => change(byId("change")));
