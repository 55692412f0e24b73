/* Small helps; every page works without them. */
"use strict";
(() => {
  const on = (type, act) => document.addEventListener(type, act);

  const ending = document.getElementById("ending");
  let timer;
  const watch = () => {
    clearTimeout(timer);
    if (!ending) return;
    const live = document.getElementById("live");
    live.querySelector("[data-stay]")?.closest(".note").remove();
    timer = setTimeout(() => {
      live.append(ending.content.cloneNode(true));
      live.querySelector("[data-stay]").focus();
    }, Math.max(ending.dataset.seconds - 120, 1) * 1000);
  };
  watch();
  on("htmx:afterRequest", watch);

  on("click", async (event) => {
    const stay = event.target.closest("[data-stay]");
    if (stay) {
      const answer = await fetch(stay.dataset.stay, { redirect: "manual" });
      if (answer.status === 204) watch(); else location.reload();
      return;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      await navigator.clipboard.writeText(copy.dataset.copy);
      copy.classList.add("ok");
      return;
    }
    for (const menu of document.querySelectorAll("details.drop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  on("change", (event) => {
    const shows = event.target.dataset.shows;
    if (!shows) return;
    const field = document.getElementById(shows);
    if (field) field.type = event.target.checked ? "text" : "password";
  });

  on("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.drop[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    if ((event.key === "/" && !typing) || (event.key === "k" && event.ctrlKey)) {
      const box = document.getElementById("q");
      if (box) { event.preventDefault(); box.focus(); }
    }
    if (event.key === "s" && event.ctrlKey) {
      const form = document.querySelector("form[data-save]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });
})();
