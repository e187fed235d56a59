// Keeps wall-clock deadlines fresh. Those counted in working hours are the server's to say; it renders all of them first.

const AT_RISK = 60;
// The server's clock counts, not this machine's.
const ahead = new Date(document.body.dataset.now || Date.now()) - Date.now();

function words(minutes) {
  const count = Math.abs(minutes);
  const length = count < 60 ? `${count}\u00a0min`
    : count % 60 ? `${Math.floor(count / 60)}\u00a0h\u00a0${String(count % 60).padStart(2, "0")}` : `${count / 60}\u00a0h`;
  return minutes < 0 ? `${length} late` : `${length} left`;
}

function refresh() {
  for (const place of document.querySelectorAll("[data-due]")) {
    const minutes = Math.round((new Date(place.dataset.due) - Date.now() - ahead) / 60000);
    const chip = place.querySelector(".chip");
    if (!chip || Math.abs(minutes) > 1440) continue;
    const state = minutes < 0 ? "missed" : minutes <= AT_RISK ? "risk" : "";
    chip.className = `chip ${state}`;
    chip.querySelector("time").textContent = words(minutes);
    let shape = chip.querySelector(".shape");
    if (state && !shape) {
      shape = document.createElement("span");
      shape.className = "shape";
      shape.setAttribute("aria-hidden", "true");
      chip.prepend(shape);
    }
    if (shape) shape.textContent = { missed: "●", risk: "▲" }[state] ?? "";
  }
}

setInterval(refresh, 30000);
