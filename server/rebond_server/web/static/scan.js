// Many scans in a row: each is taken at once, answered in its turn, and none is lost.
"use strict";

const form = document.getElementById("scan-form");
const box = document.getElementById("code");
const list = document.getElementById("scans");
const words = document.getElementById("scan-words").dataset;
const sound = document.getElementById("sound");
const waiting = [];
const counts = { all: 0, good: 0, bad: 0 };
const PAUSE = 2000; // ms before what the network lost is sent again
let busy = false;
let ears = null;

document.getElementById("tally").hidden = false;

function beep(tone) {
  if (sound.getAttribute("aria-pressed") !== "true" || !window.AudioContext) {
    return;
  }
  ears = ears || new AudioContext();
  // One high note: done. Two low notes: look here. Heard across a noisy room.
  const notes = tone === "good" ? [[880, 0]] : [[220, 0], [180, 0.18]];
  for (const [pitch, after] of notes) {
    const note = ears.createOscillator();
    note.frequency.value = pitch;
    note.connect(ears.destination);
    note.start(ears.currentTime + after);
    note.stop(ears.currentTime + after + 0.13);
  }
}

sound.addEventListener("click", () => {
  sound.setAttribute("aria-pressed", sound.getAttribute("aria-pressed") !== "true");
  box.focus();
});

function count(name) {
  counts[name] += 1;
  document.querySelector(`[data-count=${name}]`).textContent = counts[name];
}

function show(line, answer) {
  line.className = answer.tone;
  line.querySelector(".code").textContent = answer.tag ? "" : answer.text;
  if (answer.tag) {
    const link = line.querySelector(".tag");
    link.textContent = answer.tag;
    link.href = answer.address;
    link.hidden = false;
    line.querySelector(".scan-name").textContent = answer.name;
  }
  line.querySelector("strong").textContent = answer.sentence;
  line.querySelector(".scan-next").textContent = answer.action ? `→ ${answer.action}` : "";
}

// What is handed over leaves together, on one sheet: the tags that belong to the request.
const all = document.getElementById("scan-all");
const together = new Set();

function gather(answer) {
  if (all && answer.tone === "good") {
    together.add(answer.tag);
    all.elements.tags.value = [...together].join(" ");
    all.action = all.dataset.address.replace("00000000-0000-0000-0000-000000000000", form.elements.request.value);
    all.hidden = false;
  }
}

async function ask(body) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body,
    redirect: "error",
  });
  if (answer.headers.get("Content-Type") !== "application/json") {
    return { tone: "bad", text: body.get("code"), sentence: words.over };
  }
  return answer.json();
}

// One after the other: the order of the scans is the order of the history.
async function work() {
  if (busy) {
    return;
  }
  busy = true;
  while (waiting.length) {
    const { line, body } = waiting[0];
    try {
      const answer = await ask(body);
      waiting.shift();
      show(line, answer);
      gather(answer);
      count(answer.tone === "good" ? "good" : "bad");
      beep(answer.tone);
    } catch (error) {
      line.querySelector("strong").textContent = words.lost;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  }
  busy = false;
}

function take(text) {
  const line = document.getElementById("scan-line").content.firstElementChild.cloneNode(true);
  line.querySelector(".code").textContent = text;
  list.prepend(line);
  const body = new FormData(form);
  body.set("code", text);
  waiting.push({ line, body });
  count("all");
  work();
}

// Before the listener that refuses a second click: here a second scan is another one.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!form.reportValidity()) {
    return;
  }
  const text = box.value.trim();
  box.value = "";
  box.focus();
  if (text) {
    take(text);
  }
}, true);

// A scanner types wherever the cursor is: outside a field, its letters go to the box.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT|BUTTON|A)$/.test(document.activeElement.tagName);
  if (!typing && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    box.focus();
  }
});
// After choosing what and where, the next thing is a scan; another request begins another sheet.
form.addEventListener("change", (event) => {
  if (all && event.target === form.elements.request) {
    together.clear();
    all.hidden = true;
  }
  if (event.target !== box) {
    box.focus();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (waiting.length) {
    event.preventDefault();
  }
});

// The camera, where the browser can read codes by itself.
const camera = document.getElementById("camera");
const view = document.getElementById("camera-view");
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  camera.hidden = false;
  camera.addEventListener("click", async () => {
    if (view.srcObject) {
      view.srcObject.getTracks().forEach((track) => track.stop());
      view.srcObject = null;
      view.hidden = true;
      return;
    }
    try {
      view.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment" },
      });
    } catch (error) {
      camera.hidden = true; // no camera, or it was refused: the box remains
      box.focus();
      return;
    }
    view.hidden = false;
    await view.play();
    const eyes = new BarcodeDetector();
    let last = "";
    while (view.srcObject) {
      const seen = await eyes.detect(view).catch(() => []);
      const text = seen.length ? seen[0].rawValue : "";
      if (text && text !== last) {
        take(text);
      }
      last = text || last;
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
  });
}
