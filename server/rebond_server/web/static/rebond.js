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
