// The pages work without this; it makes them quick. No library, nothing from elsewhere.
"use strict";

// The overview: its live part comes again whenever something changed.
const live = document.querySelector("[data-live]");
if (live) {
  const feed = new EventSource(live.dataset.live);
  feed.onmessage = (event) => { live.innerHTML = event.data; };
  addEventListener("pagehide", () => feed.close());
}

// Review: keys, the place of each fact on the page, the next image before it is asked for.
const desk = document.getElementById("desk");
if (desk) {
  const form = document.getElementById("accept");
  const sheets = desk.querySelector(".sheets");
  const unsure = [...form.querySelectorAll(".unsure")];
  const box = (field) => field.querySelector("input[type=checkbox]");
  const typing = (element) => element.matches("input:not([type=checkbox]), select, textarea");
  let busy = false;

  const show = (field) => {
    for (const mark of desk.querySelectorAll(".mark")) {
      const here = mark.dataset.field === field.dataset.name;
      mark.classList.toggle("here", here);
      if (here) {
        const at = mark.getBoundingClientRect(), pane = sheets.getBoundingClientRect();
        sheets.scrollTop += at.top - pane.top - pane.height / 3;
        sheets.scrollLeft += at.left - pane.left - pane.width / 3;
      }
    }
  };
  for (const field of form.querySelectorAll(".field")) {
    field.addEventListener("focusin", () => {
      show(field);
      if (box(field)) box(field).checked = true; // It was before the person's eyes, with its place on the page.
    });
  }

  const nextUnsure = () => unsure.find((field) => !box(field).checked);
  const toUnsure = () => {
    const field = nextUnsure();
    if (field) field.querySelector("input").select();
    return Boolean(field);
  };
  const approve = () => {
    if (busy || toUnsure()) return;
    sessionStorage.setItem("last", JSON.stringify([form.kind.value, form.department.value]));
    form.requestSubmit();
  };
  form.addEventListener("submit", (event) => {
    if (busy) event.preventDefault(); // A double click is one decision.
    busy = true;
  });
  addEventListener("pageshow", () => { busy = false; });

  for (const button of form.querySelectorAll("[data-department]")) {
    button.addEventListener("click", () => { form.department.value = button.dataset.department; });
  }
  const zoom = document.getElementById("zoom");
  zoom.hidden = false;
  zoom.addEventListener("click", () => sheets.classList.toggle("zoomed"));
  const like = document.getElementById("like-last");
  const last = sessionStorage.getItem("last");
  like.hidden = !last;
  like.addEventListener("click", () => { [form.kind.value, form.department.value] = JSON.parse(last); });

  const keys = {
    "/": () => form.department.select(), k: () => form.kind.select(), z: () => zoom.click(),
    m: () => last && like.click(), h: () => document.getElementById("code").focus(),
    u: () => document.getElementById("undo")?.click(),
    PageDown: () => sheets.scrollBy(0, sheets.clientHeight * 0.9),
    PageUp: () => sheets.scrollBy(0, -sheets.clientHeight * 0.9),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const within = event.target;
    if (event.key === "Tab" && !event.shiftKey && nextUnsure()) {
      event.preventDefault();
      toUnsure();
    } else if (event.key === "Enter" && (within === document.body || within === sheets || form.contains(within) && typing(within))) {
      event.preventDefault();
      approve();
    } else if (event.key === "Enter" && within.id === "code") {
      event.preventDefault();
      document.getElementById("hold").requestSubmit();
    } else if (event.key === "Escape" && typing(within)) {
      within.blur();
    } else if (!typing(within)) {
      const proposal = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      const act = proposal ? () => proposal.click() : keys[event.key];
      if (act) {
        event.preventDefault();
        act();
      }
    }
  });

  if (desk.dataset.next) new Image().src = desk.dataset.next;
  setInterval(() => fetch(`/nachbearbeitung/${desk.dataset.id}/halten`, {
    method: "POST", body: new URLSearchParams({ token: desk.dataset.token }),
  }), 120000);
}

// The page beside the scanner: what came is fetched again every three seconds; files are dropped in.
const scanned = document.querySelector("[data-again]");
if (scanned) {
  setInterval(async () => {
    if (document.hidden || scanned.contains(document.activeElement)) return;
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-again]");
    if (fresh && fresh.innerHTML !== scanned.innerHTML) scanned.innerHTML = fresh.innerHTML;
  }, 3000);
}
const drop = document.getElementById("drop");
if (drop) {
  const files = document.getElementById("files"), said = document.getElementById("uploaded");
  drop.hidden = false;
  const send = async (list) => {
    for (const file of list) {
      said.textContent = `${file.name} …`;
      const answer = await fetch(`${drop.dataset.to}?name=${encodeURIComponent(file.name)}`, {
        method: "POST", body: file, headers: { "x-poststelle-token": drop.dataset.token },
      });
      if (answer.ok) { said.textContent = `${file.name} ✔`; continue; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      said.textContent = `${file.name} ✖ ${page.querySelector(".message, main p:not(.name)")?.textContent ?? answer.status}`;
      return;
    }
  };
  files.addEventListener("change", () => send(files.files));
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    send(event.dataTransfer.files);
  });
}
