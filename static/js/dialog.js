// Native dialogs and menus.
//
//   data-open="id"    opens the dialog with that id        data-close    closes the one it stands in
//   data-menu         on <details>: closes when something else is pressed
//   data-confirm="…"  on a form: asks before it is sent

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener && opener.dataset.open !== "keys") {
    const dialog = document.getElementById(opener.dataset.open);
    dialog?.showModal();
    dialog?.querySelector("form :is(input:not([type=hidden]), select, textarea, button)")?.focus();
    event.preventDefault();
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    closer.closest("dialog")?.close();
    event.preventDefault();
  }
  if (event.target.matches("dialog[open]")) event.target.close(); // the backdrop
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target) || event.target.closest(".menu-list")) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
}, { capture: true });

// A form in a dialog that was answered well has done its work.
document.addEventListener("htmx:afterRequest", (event) => {
  const dialog = event.detail.elt.closest?.("dialog[open]");
  if (dialog && event.detail.successful && event.detail.requestConfig.verb !== "get") dialog.close();
});
