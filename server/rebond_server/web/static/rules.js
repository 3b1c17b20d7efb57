// The whole stock is graded again part by part: progress is shown, and it stops when asked to.
"use strict";

const form = document.getElementById("regrade");
const start = form.querySelector("button[type=submit]");
const stop = document.getElementById("regrade-stop");
const bar = document.getElementById("regrade-bar");
const told = document.getElementById("regrade-told");
const words = form.dataset;
const done = { graded: 0, changed: 0, whole: null };
let stopped = false;

function say(sentence) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  told.textContent = sentence
    .replace("#done", number.format(done.graded))
    .replace("#all", number.format(done.whole))
    .replace("#changed", number.format(done.changed));
}

// One part is one transaction on the server: whatever happens to this page, what is done stays done.
async function part() {
  const body = new FormData(form);
  if (done.whole === null) {
    body.set("count", "1");
  }
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body,
    redirect: "error",
  });
  if (!answer.ok || answer.headers.get("Content-Type") !== "application/json") {
    throw new Error(answer.status);
  }
  return answer.json();
}

async function all() {
  for (;;) {
    const found = await part();
    done.whole = found.whole ?? done.whole;
    done.graded += found.graded;
    done.changed += found.changed;
    form.elements.after.value = found.next ?? "";
    bar.max = Math.max(1, done.whole);
    bar.value = done.graded;
    if (found.next === null) {
      return words.done;
    }
    if (stopped) {
      return words.stopped;
    }
    say(words.step);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  stopped = false;
  if (form.elements.after.value === "") {
    Object.assign(done, { graded: 0, changed: 0, whole: null });
  }
  start.hidden = true;
  stop.hidden = false;
  bar.hidden = false;
  stop.focus();
  try {
    say(await all());
  } catch {
    say(words.lost);
  }
  stop.hidden = true;
  start.hidden = false;
  start.focus();
});

stop.addEventListener("click", () => {
  stopped = true;
});
