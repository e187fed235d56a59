// data-slides="id": a slider for the number field of that id. It stands hidden in the page, because without this script
// it would do nothing; the field itself is what is sent.

const set = (field, value) => {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

for (const slider of document.querySelectorAll("[data-slides]")) {
  const field = document.getElementById(slider.dataset.slides);
  slider.value = field.value;
  slider.hidden = false;
  slider.addEventListener("input", (event) => {
    event.stopPropagation();
    set(field, slider.value);
  });
  field.addEventListener("input", () => {
    slider.value = field.value;
  });
}
