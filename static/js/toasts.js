// Says what happened: closes toasts, and tells of requests that failed on the way.

const region = document.getElementById("toasts");
const QUIET_AFTER = 7000;
const OFFERED_FOR = 20000;
const MOST = 3;

function settle() {
  const toasts = [...region.querySelectorAll("[data-toast]")];
  toasts.slice(0, -MOST).forEach((toast) => toast.remove());
  for (const toast of toasts) {
    toast.querySelector("[data-dismiss]")?.removeAttribute("hidden");
    // One that refused something waits for the reader; an undo that has gone is still on the lead's page.
    if (toast.dataset.toast === "stays" || toast.dataset.timed) continue;
    toast.dataset.timed = "yes";
    const after = toast.querySelector("form, a") ? OFFERED_FOR : QUIET_AFTER;
    setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), after);
  }
  // Only the newest undo answers to its key.
  [...region.querySelectorAll("[data-key=u]")].slice(0, -1).forEach((button) => button.removeAttribute("data-key"));
}

function refused(sentence) {
  const toast = document.createElement("div");
  toast.className = "toast refused";
  toast.dataset.toast = "stays";
  toast.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = sentence;
  const close = document.createElement("button");
  close.className = "btn only-icon small";
  close.type = "button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  toast.append(words, close);
  region.append(toast);
}

new MutationObserver(settle).observe(region, { childList: true });
settle();

document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]").remove());
document.addEventListener("htmx:sendError", () => refused("The server could not be reached. Nothing was sent; what you typed is still here. Try again in a moment."));
document.addEventListener("htmx:timeout", () => refused("The server took too long to answer. Reload the page to see whether it was done."));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.getResponseHeader("HX-Reswap") === "none") return; // the answer brought its own words
  refused(xhr.status === 403
    ? "You have signed in or out in another window, or the page is too old: reload it. Nothing was changed."
    : "Something broke on our side. It is logged; what you typed is still on this page.");
});
