/* Keys of the desk: what is shown beside a choice, a card or a button presses it; typing in a field is left alone. */
(() => {
  "use strict";

  const TYPED = "textarea, select, input:not([type=radio]):not([type=checkbox])";

  const press = (piece) => {
    piece.focus();
    piece.click();
  };

  const answer = (form, key) => {
    const choice = form.querySelector(`[data-choice="${key}"]`);
    if (!choice) return false;
    press(choice);
    if (form.dataset.numbered === "one") form.requestSubmit();
    return true;
  };

  const pressed = (key) => {
    const form = document.querySelector("form[data-numbered]");
    if (form) return answer(form, key);
    const piece = document.querySelector(`[data-key="${key}"]`) ||
      (/^[1-9]$/.test(key) && document.querySelectorAll(".match")[Number(key) - 1]?.querySelector(".time"));
    if (piece) press(piece);
    return Boolean(piece);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.matches("form[data-numbered] select")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.target.closest(TYPED)) return;
    if (/^[1-9a-z]$/.test(event.key) && pressed(event.key)) event.preventDefault();
    else if (event.key === "Enter" && event.target.matches("[data-choice]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
})();
