/* The page's own few habits: theme, dialogs, autosave words, toasts. Everything works without it. */
(() => {
  "use strict";

  const root = document.documentElement;

  /* Theme: "light", "dark", or "auto" (the system's). A cookie, so that the server draws it right the first time. */
  const showTheme = (chosen) => {
    if (chosen === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", chosen);
    document.querySelectorAll("[data-set-theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === chosen));
    });
  };

  /* Words of the saving line: the answer stays on the page whatever happens. */
  const say = (note, state) => {
    note.dataset.state = state;
    note.textContent = note.dataset[state] || "";
  };
  const saveNote = (event) => event.target.closest && event.target.closest("[data-autosave]")?.querySelector(".save-note");

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-set-theme], [data-dialog-open], [data-dialog-close], [data-print]");
    if (!target) return;
    if (target.dataset.setTheme) {
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${target.dataset.setTheme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      showTheme(target.dataset.setTheme);
    } else if (target.dataset.dialogOpen) {
      document.getElementById(target.dataset.dialogOpen)?.showModal();
    } else if ("dialogClose" in target.dataset) {
      target.closest("dialog")?.close();
    } else window.print();
  });

  const saying = (state) => (event) => {
    const note = saveNote(event);
    if (note) say(note, state);
  };
  document.addEventListener("htmx:beforeRequest", saying("saving"));
  document.addEventListener("htmx:sendError", saying("failed"));
  document.addEventListener("htmx:timeout", saying("failed"));
  document.addEventListener("htmx:afterRequest", (event) => {
    const note = saveNote(event);
    if (note) say(note, event.detail.successful ? "saved" : "failed");
  });

  /* Arrow keys choose each answer they pass. Only where they rest is an answer: else the way from "Not at all" to
     "Nearly every day" would be kept step by step, and a step that speaks of danger would turn the page. A tap,
     Space and Enter are kept at once. */
  const REST = 800;
  let passing = null;
  const rest = () => {
    if (!passing) return;
    const { timer, answer } = passing;
    clearTimeout(timer);
    passing = null;
    answer.dispatchEvent(new Event("change", { bubbles: true }));
  };
  let arrow = false;
  document.addEventListener("keydown", (event) => {
    arrow = event.key.startsWith("Arrow");
    if (!arrow && event.key !== "Enter") rest();
  }, true);
  document.addEventListener("pointerdown", () => { arrow = false; }, true);
  document.addEventListener("change", (event) => {
    if (!event.isTrusted || !arrow || event.target.type !== "radio" || !event.target.closest("[data-autosave]")) return;
    event.stopImmediatePropagation();
    if (passing) clearTimeout(passing.timer);
    passing = { answer: event.target, timer: setTimeout(rest, REST) };
  }, true);
  document.addEventListener("submit", () => { if (passing) clearTimeout(passing.timer); passing = null; }, true);
  window.addEventListener("pagehide", rest);

  /* After a swap, move focus to what the new piece names, so that a screen reader follows. */
  document.addEventListener("htmx:afterSettle", (event) => {
    event.target.querySelector?.("[data-focus]")?.focus();
  });

  /* Members' browsers keep the page of crisis help, for when we cannot be reached. */
  if ("serviceWorker" in navigator && document.body?.classList.contains("member")) {
    navigator.serviceWorker.register("/help-worker.js").catch(() => {});
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-needs-script]").forEach((piece) => { piece.hidden = false; });
    document.querySelector(".error-summary")?.focus();
  });
})();
