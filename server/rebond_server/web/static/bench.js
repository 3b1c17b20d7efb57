// The bench looks again every second. Only what changed is put in the page: the focus stays where it is.
"use strict";

const tiles = document.getElementById("tiles");
const lost = document.getElementById("tiles-lost");
const EVERY = 1000; // ms
const AFTER_SILENCE = 5000; // ms

function renew(text) {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const now = tiles.querySelector(".tiles");
  const next = fresh.content.querySelector(".tiles");
  if (!now || !next) {
    if (tiles.innerHTML !== fresh.innerHTML) {
      tiles.replaceChildren(fresh.content);
    }
    return;
  }
  tiles.querySelector(".tally").textContent = fresh.content.querySelector(".tally").textContent;
  const known = new Map([...now.children].map((tile) => [tile.dataset.key, tile]));
  let before = null;
  for (const tile of [...next.children]) {
    const old = known.get(tile.dataset.key);
    known.delete(tile.dataset.key);
    let shown = old || tile;
    if (old && old.outerHTML !== tile.outerHTML && !old.contains(document.activeElement)) {
      old.replaceWith(tile);
      shown = tile;
    } else if (old) {
      old.className = tile.className;
    }
    const place = before ? before.nextElementSibling : now.firstElementChild;
    if (place !== shown) {
      now.insertBefore(shown, place);
    }
    before = shown;
  }
  for (const gone of known.values()) {
    gone.remove();
  }
}

async function look() {
  let wait = EVERY;
  if (!document.hidden) {
    try {
      const answer = await fetch(tiles.dataset.tiles, { redirect: "error" });
      if (!answer.ok) {
        throw new Error(answer.status);
      }
      renew(await answer.text());
      lost.hidden = true;
    } catch (error) {
      lost.textContent = tiles.dataset.lost;
      lost.hidden = false;
      wait = AFTER_SILENCE;
    }
  }
  setTimeout(look, wait);
}

setTimeout(look, EVERY);
