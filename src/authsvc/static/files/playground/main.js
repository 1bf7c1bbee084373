/*
 * "Behind the scenes": the page at `/`. Wires its buttons to what they do, one thing at a time.
 */

import { Refused } from "../authsvc.js";
import { changePassword, endDevice, listDevices } from "./account.js";
import { byId, judge } from "./dom.js";
import { auth, invent, recognise, Stop } from "./session.js";
import { register, runStep, steps } from "./steps.js";
import { beSecondTab, runTry } from "./tries.js";

/** Lets one job run at a time. What goes wrong in it is told in its panel. */
async function alone(panel, job) {
  const main = byId("main");
  if (main.ariaBusy === "true") return;
  main.ariaBusy = "true";
  judge(panel, "busy", "Working…");
  try {
    await job();
  } catch (fault) {
    judge(panel, "bad", words(fault));
  } finally {
    main.ariaBusy = "false";
  }
}

function words(fault) {
  if (fault instanceof Stop) return fault.message;
  if (fault instanceof Refused) {
    const faults = fault.problem.errors?.map(({ pointer, message }) => `${pointer.slice(1)}: ${message}.`).join(" ");
    return [faults ?? fault.message, fault.retryAfter && `Come again in ${fault.retryAfter} s.`].filter(Boolean).join(" ");
  }
  return "The service did not answer. Is it still running?";
}

async function runAll() {
  await register(byId("person"));
  for (let step = 1; step <= steps.length; step += 1) {
    const panel = byId(`step-${step}`);
    judge(panel, "busy", "Working…");
    try {
      await runStep(step);
    } catch (fault) {
      judge(panel, "bad", words(fault));
      throw new Stop(`Step ${step}: ${words(fault)}`);
    }
  }
  judge(byId("person"), "good", "All six steps ran: scroll on.");
}

function onClick(selector, panelOf, job) {
  for (const button of document.querySelectorAll(selector)) {
    button.addEventListener("click", () => alone(panelOf(button), () => job(button)));
  }
}

function onSubmit(form, panel, job) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    alone(panel, job);
  });
}

const enclosing = (button) => button.closest(".panel");

onSubmit(byId("person"), byId("person"), runAll);
onSubmit(byId("change-form"), byId("change"), changePassword);
onClick("[data-step]", enclosing, ({ dataset }) => runStep(Number(dataset.step)));
onClick("[data-try]", enclosing, (button) => runTry(button.dataset.try, enclosing(button)));
onClick("[data-do=list]", enclosing, listDevices);
onClick("[data-do=end-others]", enclosing, () => endDevice());
byId("devices").addEventListener("end", ({ detail }) => alone(byId("devices"), () => endDevice(detail)));
onClick("#sign-out", () => byId("step-1"), async () => {
  await auth.logout();
  judge(byId("step-1"), "good", "Signed out: the session is over, here and on the service.");
});
document.querySelector(".reveal").addEventListener("click", ({ currentTarget: button }) => {
  const isShown = button.textContent === "Show";
  byId("password").type = isShown ? "text" : "password";
  button.textContent = isShown ? "Hide" : "Show";
  button.setAttribute("aria-label", `${button.textContent} password`);
});

for (const code of document.querySelectorAll("[data-cookie]")) {
  code.textContent = (location.protocol === "https:" ? "__Host-" : "") + code.dataset.cookie;
}
for (const code of document.querySelectorAll("[data-secure]")) code.hidden = location.protocol !== "https:";

invent();
await recognise().catch(() => { byId("who").textContent = "The service did not answer."; });
for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
await beSecondTab();
