/* The share grid: sums while one types, keys, and rows of a spreadsheet. The server does the rest, here as without. */
"use strict";
(() => {
  const grid = () => document.getElementById("grid");
  const place = (field) => (field.name || "").match(/^interests-(\d+)-(\w+)$/);
  let wanted = "";

  const digit = (sign) => {
    const code = sign.codePointAt(0), low = code & 15;
    return /\p{Nd}/u.test(String.fromCodePoint(code - low)) ? low : low - 6;
  };
  const share = (text) => {
    const plain = text.replace(/\p{Nd}/gu, digit).replace(/[,٫]/g, ".").replace(/[\s%]/g, "");
    const [over, under] = plain.split("/");
    const value = under ? (100 * over) / under : Number(over);
    return Number.isFinite(value) ? value : 0;
  };

  const count = () => {
    for (const cell of grid().querySelectorAll("[data-sum]")) {
      let total = 0;
      for (const field of grid().querySelectorAll(`[name$="-${cell.dataset.sum}"]`)) total += share(field.value);
      const off = Math.abs(100 - total);
      const state = off <= 0.06 ? "complete" : total <= 0.06 ? "nothing" : total < 100 ? "missing" : "over";
      cell.querySelector("bdi.n").textContent = total.toFixed(2);
      if (cell.dataset.sum === "sr") cell.hidden = state === "nothing";
      for (const word of cell.querySelectorAll("[data-when]")) {
        const hide = word.dataset.when !== state;
        if (!hide) word.querySelector(".st").lastChild.data = word.dataset.text.replace("…", off.toFixed(2));
        if (word.hidden !== hide) word.hidden = hide;
      }
    }
  };

  const press = (value, next) => {
    const button = grid().querySelector(`button[value="${value}"]`);
    if (!button) return false;
    wanted = next;
    button.click();
    return true;
  };
  /* A button that has no place of its own on the page. */
  const ask = (value, next) => {
    const button = grid().querySelector("[data-count]");
    button.value = value;
    wanted = next;
    button.click();
  };

  const keys = (event) => {
    const at = place(event.target);
    if (!at || !grid().querySelector("[data-count]") || event.defaultPrevented) return;
    const line = Number(at[1]), lines = grid().querySelectorAll("tbody tr").length;
    const named = (number, field = at[2]) => `interests-${number}-${field}`;
    if (event.key === "Enter" && !event.ctrlKey && event.target.type !== "checkbox") {
      event.preventDefault();
      if (line + 1 < lines) document.getElementsByName(named(line + 1, "holder"))[0].focus();
      else press("add-line", named(lines, "holder"));
    } else if (event.ctrlKey && event.key === "d") {
      event.preventDefault();
      if (line) ask(`above-line-${line}`, named(line));
    } else if (event.ctrlKey && event.key === "ArrowUp") {
      event.preventDefault();
      if (line) press(`up-line-${line}`, named(line - 1));
    } else if (event.ctrlKey && event.key === "ArrowDown") {
      event.preventDefault();
      if (line + 1 < lines) ask(`down-line-${line}`, named(line + 1));
    }
  };

  document.addEventListener("input", (event) => { if (grid()?.contains(event.target)) count(); });
  document.addEventListener("keydown", (event) => { if (grid()?.contains(event.target)) keys(event); });
  document.addEventListener("paste", (event) => {
    const at = place(event.target), text = event.clipboardData?.getData("text") || "";
    if (!at || !grid().contains(event.target) || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    document.getElementsByName("paste_at")[0].value = at[1];
    document.getElementsByName("pasted")[0].value = text;
    press("paste-lines", `interests-${at[1]}-holder`);
  });
  /* Not at the swap: what is pressed before the new buttons are bound would leave the page. */
  document.addEventListener("htmx:afterSettle", () => {
    const field = wanted && document.getElementsByName(wanted)[0];
    wanted = "";
    if (field) field.focus();
  });
})();
