/* Fetches the part of the first page that changes. Nobody is kept signed in by it: the request says that nobody asked. */
"use strict";
(() => {
  const part = document.querySelector("[data-watch]");
  if (!part) return;
  const look = async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(part.dataset.watch, { headers: { "X-Kora-Watch": "1" }, redirect: "manual" });
      if (answer.ok) part.innerHTML = await answer.text();
      else if (answer.type === "opaqueredirect") location.reload();
    } catch {
      /* The line is down; the page says of what time it is. */
    }
  };
  setInterval(look, part.dataset.every * 1000);
  document.addEventListener("visibilitychange", look);
})();
