// The keyboard, declared in the markup.
//
//   data-key="a" data-key-label="Accept"   on a button or link: the key presses it
//   data-list with data-row inside         j and k walk the rows; a row is a link, and is pressed
//   data-options with data-option inside   while it is shown, digits press (or tick) the nth option
//   data-tick-all                          a box that ticks, or clears, every option of its form
//   data-search                            / goes there
//
// Nothing happens while someone types, or with Ctrl, Alt or Meta held down.

const typing = (element) => element.closest("textarea, select, [contenteditable]")
  || element.matches("input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])");
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;
const scope = () => document.querySelector("dialog[open]") || document;
const first = (selector) => [...scope().querySelectorAll(selector)].find(shown);

function walk(step) {
  const list = first("[data-list]");
  const rows = list ? [...list.querySelectorAll("[data-row]")].filter(shown) : [];
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.matches("[aria-current], :focus"));
  const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  open(row);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.click();
  return true;
}

function open(row) {
  const list = row.closest("[data-list]");
  list.querySelectorAll("[data-row][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
}

function pick(digit) {
  const options = first("[data-options]");
  const option = options && [...options.querySelectorAll("[data-option]")].filter(shown)[digit - 1];
  if (!option) return false;
  option.focus();
  option.click();
  return true;
}

function press(key) {
  const element = first(`[data-key="${CSS.escape(key)}"]`);
  if (!element) return false;
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) element.focus(); else element.click();
  return true;
}

function explain() {
  const dialog = document.querySelector("dialog[data-keys]");
  if (!dialog || dialog.open) return false;
  const keys = new Map();
  if (first("[data-list] [data-row]")) keys.set("j", "Next").set("k", "Previous");
  for (const element of document.querySelectorAll("[data-key]")) {
    if (shown(element)) keys.set(element.dataset.key, element.dataset.keyLabel || element.textContent.trim());
  }
  if (document.querySelector("[data-search]")) keys.set("/", "Search");
  keys.set("?", "This list").set("Esc", "Close");
  dialog.querySelector("dl").replaceChildren(...[...keys].flatMap(([key, words]) => {
    const [term, kbd, meaning] = ["dt", "kbd", "dd"].map((name) => document.createElement(name));
    kbd.textContent = key;
    term.append(kbd);
    meaning.textContent = words;
    return [term, meaning];
  }));
  dialog.showModal();
  return true;
}

function search() {
  const box = first("[data-search]");
  box?.focus();
  box?.select();
  return Boolean(box);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  if (typing(event.target)) {
    if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur();
    return;
  }
  const fixed = { "?": explain, "/": search };
  const handled = fixed[event.key]?.()
    || (/^[1-9]$/.test(event.key) && pick(Number(event.key)))
    || press(event.key)
    || (event.key === "j" && walk(1))
    || (event.key === "k" && walk(-1));
  if (handled) event.preventDefault();
});

// A row pressed by hand becomes the current one too; on a phone what it opens stands below the list.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row?.closest("[data-list]")) open(row);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const cause = event.detail.requestConfig?.elt;
  if (cause?.matches("[data-row]") && matchMedia("(max-width: 820px)").matches) event.detail.target.scrollIntoView({ block: "start" });
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  for (const box of event.target.form.querySelectorAll("[data-option]")) box.checked = event.target.checked;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open=keys]")) explain();
});
