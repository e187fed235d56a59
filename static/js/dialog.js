// Native dialogs and menus.
//
//   data-open="id"    opens the dialog with that id        data-close    closes the one it stands in
//                     with hx-get, what it fetches comes into the emptied dialog
//   data-menu         on <details>: closes when something else is pressed
//   data-confirm="…"  on a form: asks before it is sent

const begin = (dialog) => dialog.querySelector("form :is(input:not([type=hidden]), select, textarea, button)")?.focus();

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener && opener.dataset.open !== "keys") {
    const dialog = document.getElementById(opener.dataset.open);
    if (opener.hasAttribute("hx-get")) dialog?.replaceChildren();
    dialog?.showModal();
    if (dialog) begin(dialog);
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

// A form in a dialog that was answered well has done its work; one that is asked again (422) stays, ready to be typed in.
document.addEventListener("htmx:afterRequest", (event) => {
  const dialog = event.detail.elt.closest?.("dialog[open]");
  if (dialog && event.detail.xhr.status < 400 && event.detail.requestConfig.verb !== "get") dialog.close();
});
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target.closest("dialog[open]");
  if (dialog && !dialog.querySelector("form :focus")) begin(dialog);
});
