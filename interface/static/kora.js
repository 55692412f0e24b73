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
    const form = document.querySelector("form[data-save]");
    if (form && event.ctrlKey && (event.key === "s" || event.key === "Enter")) {
      const value = event.key === "s" ? "save" : "save-next";
      const button = document.querySelector(`button[form="${form.id}"][value="${value}"]`);
      if (event.key === "s" || button) { event.preventDefault(); form.requestSubmit(button); }
    }
  });

  /* Lookup before typing: names under a field, after the combo box pattern; without script the server asks. */
  const list = document.createElement("ul");
  let box, waiting, asked = 0;
  const close = () => {
    clearTimeout(waiting);
    asked += 1;
    if (!box || !list.isConnected) return;
    list.hidePopover();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (option) => {
    for (const one of list.children) one.setAttribute("aria-selected", one === option);
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  };
  const take = (field, id, name) => {
    field.value = name;
    const party = document.getElementsByName(field.name.replace(/holder$/, "party"))[0];
    if (party) party.value = id;
    field.focus();
  };
  const choose = (option) => {
    const field = box;
    close();
    if (option.dataset.new) create(field, option.dataset.new); else if (option.dataset.id) take(field, option.dataset.id, option.dataset.name);
  };
  const show = async () => {
    const mine = (asked += 1), field = box;
    const answer = await fetch(`${field.dataset.lookup}?q=${encodeURIComponent(field.value)}`, { redirect: "error" });
    const text = await answer.text();
    if (!answer.ok || mine !== asked || document.activeElement !== field) return;
    list.innerHTML = text;
    if (!list.children.length) return close();
    const at = field.getBoundingClientRect();
    list.showPopover();
    list.style.insetBlockStart = `${at.bottom}px`;
    list.style.left = `${Math.max(4, Math.min(at.left, innerWidth - list.offsetWidth - 4))}px`;
    field.setAttribute("aria-expanded", "true");
  };
  on("input", (event) => {
    if (!event.target.dataset?.lookup) return;
    if (!list.isConnected) {
      list.id = "found";
      list.popover = "manual";
      list.setAttribute("role", "listbox");
      document.getElementById("main").append(list);
    }
    box = event.target;
    list.setAttribute("aria-label", box.getAttribute("aria-label"));
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "found"]]) box.setAttribute(name, value);
    close();
    if (box.value.trim().length > 1) waiting = setTimeout(show, 250);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== box || box.getAttribute("aria-expanded") !== "true") return;
    const options = [...list.querySelectorAll(":scope > :not([aria-disabled])")];
    const now = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.ctrlKey) mark(options[(now + step + (now < 0 && step < 0 ? 1 : 0) + options.length) % options.length]);
    else if (event.key === "Enter" && now >= 0) choose(options[now]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    if (option) choose(option);
  });
  on("focusout", (event) => { if (event.target === box) close(); });
  document.addEventListener("scroll", (event) => { if (event.target !== list) close(); }, true);

  /* A small form in a dialog; what it makes goes into the field. */
  const create = async (field, address) => {
    const dialog = document.createElement("dialog");
    const fill = async (answer) => {
      dialog.innerHTML = await (await answer).text();
      const made = dialog.querySelector("p[data-made]");
      if (made) end(made);
    };
    const end = (made) => {
      dialog.close();
      if (made) take(field, made.dataset.id, made.dataset.name); else field.focus();
    };
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => {
      const made = event.target.closest("button[data-made]");
      if (made || event.target.closest("[data-close]")) end(made);
    });
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      fill(fetch(event.target.action, { method: "POST", body: new FormData(event.target, event.submitter), redirect: "error" }));
    });
    document.getElementById("main").append(dialog);
    await fill(fetch(address, { redirect: "error" }));
    if (dialog.isConnected && !dialog.open) dialog.showModal();
  };

  /* Single keys: help, sections, rows. They can be switched off, and none counts while one types. */
  const kept = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  let leading = 0;
  const help = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(document.body.dataset.keys)).text(), "text/html");
    const dialog = document.createElement("dialog"), keys = page.getElementById("keys");
    if (!keys) return;
    dialog.setAttribute("aria-label", page.querySelector("h1").textContent);
    dialog.append(keys);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.getElementById("main").append(dialog);
    switches(dialog);
    dialog.showModal();
  };
  const step = (by) => {
    const links = [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
    const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    links[Math.max(0, Math.min(here < 0 ? 0 : here + by, links.length - 1))]?.focus();
  };
  on("keydown", (event) => {
    const field = event.target.closest?.("input,textarea,select,[contenteditable],dialog");
    if (field || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !document.body.dataset.keys) return;
    if (kept("kora-keys") === false) return;
    const led = event.timeStamp - leading < 1500 && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    leading = event.key === "g" ? event.timeStamp : -1500;
    if (led) led.click();
    else if (event.key === "?") help();
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  });
  const switches = (where) => {
    for (const box of where.querySelectorAll("[data-single]")) {
      box.checked = kept("kora-keys") !== false;
      box.addEventListener("change", () => localStorage.setItem("kora-keys", box.checked));
    }
  };
  switches(document);

  /* Drafts: what is typed into a record stays in this browser until the server has it, for a week at most.
     Birth dates and passwords are never kept, and signing out throws everything away. */
  const mine = `kora-draft:${document.body.dataset.who}:`;
  const drafts = () => Object.keys(localStorage).filter((name) => name.startsWith(mine));
  const nameOf = (form) => `${mine}${location.pathname}${location.search}:${form.id}`;
  const secret = (name) => /csrf|password|birth/.test(name);
  const pairs = (form) => [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const said = (form, list) => {
    const hidden = new Set([...form.elements].filter((one) => one.type === "hidden").map((one) => one.name));
    return JSON.stringify(list.filter(([name]) => !hidden.has(name) && !secret(name)));
  };
  const keep = (form, sent) => {
    const list = pairs(form).filter(([name]) => !secret(name));
    try { localStorage.setItem(nameOf(form), JSON.stringify({ at: Date.now(), sent, list })); } catch { /* no room: the page goes on */ }
  };
  const putBack = (form, list) => {
    if (![...form.elements].some((one) => one.name === "do")) return fill(form, list);
    const filled = document.createElement("form");
    filled.method = "post";
    for (const [name, value] of [...list, ...pairs(form).filter(([one]) => secret(one)), ["do", "look"]]) {
      const field = document.createElement("input");
      [field.type, field.name, field.value] = ["hidden", name, value];
      filled.append(field);
    }
    document.getElementById("main").append(filled);
    filled.submit();
  };
  const fill = (form, list) => {
    for (const one of form.elements) {
      const values = list.filter(([name]) => name === one.name).map(([, value]) => value);
      if (!one.name || one.type === "hidden" || secret(one.name) || one.type === "submit") continue;
      if (one.type === "checkbox" || one.type === "radio") one.checked = values.includes(one.value);
      else if (values.length) one.value = values[0];
    }
    document.querySelector("[data-kept]")?.closest(".note").remove();
  };
  const offer = (form) => {
    const draft = kept(nameOf(form)), note = document.getElementById("kept");
    if (!draft || !note) return;
    if (said(form, draft.list) === said(form, pairs(form))) return;
    const live = document.getElementById("live");
    live.append(note.content.cloneNode(true));
    live.addEventListener("click", (event) => {
      const choice = event.target.dataset.kept;
      if (choice === "back") putBack(form, draft.list);
      if (choice === "away") { localStorage.removeItem(nameOf(form)); event.target.closest(".note").remove(); }
    });
  };
  if (document.body.dataset.who) {
    const saved = document.querySelector("#live .toast");
    for (const name of drafts()) {
      const draft = kept(name);
      if (!draft || Date.now() - draft.at > 6048e5 || (saved && draft.sent)) localStorage.removeItem(name);
      else if (draft.sent) localStorage.setItem(name, JSON.stringify({ ...draft, sent: false }));
    }
    document.querySelectorAll("form[data-save]").forEach(offer);
    let soon;
    on("input", (event) => {
      const form = event.target.form;
      if (!form?.matches("[data-save]")) return;
      clearTimeout(soon);
      soon = setTimeout(keep, 300, form, false);
    });
    on("submit", (event) => {
      clearTimeout(soon);
      if (event.target.matches("form[data-save]")) keep(event.target, true);
      if (event.target.action.endsWith("/sign-out")) drafts().forEach((name) => localStorage.removeItem(name));
    });
  }
})();
