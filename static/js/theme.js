// Applies the reader's choice of light or dark before the first paint; without one, the system decides.
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  if (stored()) root.dataset.theme = stored();

  const name = (button) => {
    button.hidden = false;
    button.querySelector("span").textContent = dark() ? "Light" : "Dark";
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, dark() ? "#sun" : "#moon"));
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-theme-next]").forEach(name));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-next]");
    if (!button) return;
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a private window forgets */ }
    name(button);
  });
})();
