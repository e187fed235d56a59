// data-print on a button: prints the page. It stands hidden in the page, because without this script it would do nothing.

for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
