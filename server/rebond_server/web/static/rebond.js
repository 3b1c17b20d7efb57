// Comfort only: every page works without this file.
"use strict";

const seek = document.getElementById("seek");

// "/" brings the cursor to the search box, as on most sites; a scanner's Enter sends the form.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && seek) {
    event.preventDefault();
    seek.focus();
    seek.select();
  }
});

// A menu longer than the window shows where one is.
const here = document.querySelector(".menu-stay [aria-current=page]");
if (here) {
  const menu = here.closest(".menu-stay");
  menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
}

// A second click on the same button must not ask for the same thing twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "yes";
  });
}
// Coming back with the browser's arrow, a form can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

// A signature is drawn with a finger, a pen or the mouse; the picture travels in a hidden field.
for (const box of document.querySelectorAll("[data-sign]")) {
  const canvas = box.querySelector("canvas");
  const field = box.querySelector("input[name=drawn]");
  const pen = canvas.getContext("2d");
  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [
      ((event.clientX - frame.left) * canvas.width) / frame.width,
      ((event.clientY - frame.top) * canvas.height) / frame.height,
    ];
  };
  box.hidden = false;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) {
      pen.lineTo(...at(event));
      pen.stroke();
      field.value = canvas.toDataURL("image/png");
    }
  });
  box.querySelector("[data-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
}

// A list whose lines can be chosen: how many are, and all at once.
for (const list of document.querySelectorAll("[data-choosing]")) {
  const boxes = [...list.querySelectorAll("input[type=checkbox][name=tags]")];
  const count = list.querySelector("[data-chosen]");
  const all = list.querySelector("[data-choose-all]");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.hidden = chosen === 0;
    count.textContent = count.dataset.chosen.replace("#", chosen);
  };
  all.hidden = boxes.length === 0;
  all.addEventListener("click", () => {
    const every = boxes.every((box) => box.checked);
    for (const box of boxes) {
      box.checked = !every;
    }
    tell();
  });
  list.addEventListener("change", tell);
  tell();
}

// A part of the page that changes by itself is asked for again, unless somebody is busy in it.
for (const part of document.querySelectorAll("[data-poll]")) {
  const look = async () => {
    if (!document.hidden && !part.contains(document.activeElement)) {
      try {
        const answer = await fetch(part.dataset.poll, { headers: { Accept: "text/html" } });
        const text = await answer.text();
        if (answer.ok && !answer.redirected && text.trim() !== part.innerHTML.trim()) {
          part.innerHTML = text;
        }
      } catch {
        // The network is away for a moment: the page stays as it is.
      }
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
}
