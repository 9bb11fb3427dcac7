// The pages work without this; it makes them quick. No library, nothing from elsewhere.
"use strict";

// The overview: its live part comes again whenever something changed.
const live = document.querySelector("[data-live]");
if (live) {
  const feed = new EventSource(live.dataset.live);
  feed.onmessage = (event) => { live.innerHTML = event.data; };
  addEventListener("pagehide", () => feed.close());
}

// Keys belong to the page that is shown; one page may take the place of another without a new document.
let onKey = null;
addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.altKey && !event.metaKey) onKey?.(event);
});
const typing = (element) => element.matches("input:not([type=checkbox]), select, textarea");

// The decision on its way to the server, if one is.
let sending = Promise.resolve();

// Review: the place of each fact on the page, everything by key, the next document before it is asked for.
const review = () => {
  const desk = document.getElementById("desk");
  if (!desk) return;
  const form = document.getElementById("accept");
  const sheets = desk.querySelector(".sheets");
  const unsure = [...form.querySelectorAll(".unsure")];
  const box = (field) => field.querySelector("input[type=checkbox]");
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

  // The next document and its image are fetched while this one is looked at.
  let next = null;
  if (desk.dataset.next) {
    const image = new Image();
    image.src = desk.dataset.image;
    sending.then(() => fetch(desk.dataset.next)).then(async (answer) => {
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      await image.decode().catch(() => {});
      if (page.getElementById("desk")) next = { page, at: desk.dataset.next };
    });
  }
  const goOn = (begun) => {
    document.title = next.page.title;
    document.querySelector("main").replaceChildren(...next.page.querySelector("main").children);
    history.replaceState(null, "", next.at);
    review();
    requestAnimationFrame(() => { document.getElementById("desk").dataset.shown = performance.now() - begun; });
  };
  form.addEventListener("submit", async (event) => {
    if (busy) return event.preventDefault(); // A double click is one decision.
    busy = true;
    sessionStorage.setItem("last", JSON.stringify([form.kind.value, form.department.value]));
    if (!next) return;
    event.preventDefault();
    const begun = performance.now();
    const body = new URLSearchParams(new FormData(form));
    sending = fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    const sent = sending;
    goOn(begun);
    const answer = await sent;
    if (answer?.type === "opaqueredirect") return;
    // It was not accepted: the server's own page says why.
    form.hidden = true;
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
  });
  const approve = () => { if (!busy && !toUnsure()) form.requestSubmit(); };

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
  document.getElementById("never").addEventListener("submit", () => sheets.classList.add("gone"));

  // What a key does to a page it does to the one that fills the pane.
  const pageHere = () => {
    const pane = sheets.getBoundingClientRect();
    const seen = (sheet) => {
      const at = sheet.getBoundingClientRect();
      return Math.min(at.bottom, pane.bottom) - Math.max(at.top, pane.top);
    };
    return [...sheets.querySelectorAll(".sheet")].sort((a, b) => seen(b) - seen(a))[0];
  };
  const mark = () => {
    const here = pageHere();
    for (const sheet of sheets.querySelectorAll(".sheet")) sheet.classList.toggle("current", sheet === here);
  };
  sheets.addEventListener("scroll", mark, { passive: true });
  mark();
  // Which key does what stands at the control itself: a field is gone to, a button is pressed.
  const act = (key) => {
    const one = `[data-act="${CSS.escape(key)}"]:not([hidden])`;
    const control = pageHere()?.querySelector(one) ?? desk.querySelector(`.facts-form ${one}`);
    if (control?.matches("input")) return () => control.select();
    if (control?.matches("select")) return () => control.focus();
    return control && (() => control.click());
  };
  const paging = {
    PageDown: () => sheets.scrollBy(0, sheets.clientHeight * 0.9),
    PageUp: () => sheets.scrollBy(0, -sheets.clientHeight * 0.9),
  };
  onKey = (event) => {
    const within = event.target;
    if (event.key === "Tab" && !event.shiftKey && nextUnsure()) {
      event.preventDefault();
      toUnsure();
    } else if (event.key === "Enter" && (within === document.body || within === sheets || form.contains(within) && typing(within))) {
      event.preventDefault();
      if (!event.repeat) approve();
    } else if (event.key === "Enter" && within.id === "code") {
      event.preventDefault();
      document.getElementById("hold").requestSubmit();
    } else if (event.key === "Escape" && typing(within)) {
      within.blur();
    } else if (!typing(within)) {
      const proposal = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      const does = proposal ? () => proposal.click() : paging[event.key] ?? act(event.key);
      if (does) {
        event.preventDefault();
        does();
      }
    }
  };
};
review();
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(() => {
  const desk = document.getElementById("desk");
  if (desk) fetch(`/nachbearbeitung/${desk.dataset.id}/halten`, {
    method: "POST", body: new URLSearchParams({ token: desk.dataset.token }),
  });
}, 120000);

// A letter in the inbox: one key each.
if (document.querySelector("[data-letter]")) {
  onKey = (event) => {
    const button = typing(event.target) ? null : document.querySelector(`[data-letter="${CSS.escape(event.key)}"]`);
    if (button && !event.repeat) { event.preventDefault(); button.click(); }
  };
}

// Sample check: space = good, digit = what is wrong; not before the image is there to be looked at.
const check = document.getElementById("check");
if (check) {
  const image = document.getElementById("kept"), sheets = check.querySelector(".sheets");
  const seen = () => image.complete && image.naturalWidth > 0;
  const zoom = document.getElementById("zoom");
  zoom.hidden = false;
  zoom.addEventListener("click", () => sheets.classList.toggle("zoomed"));
  addEventListener("submit", (event) => { if (!seen()) event.preventDefault(); });
  onKey = (event) => {
    if (event.repeat) return;
    const within = event.target;
    if (within.matches("button, a") && (event.key === " " || event.key === "Enter")) return;
    const reason = check.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === " ") document.getElementById("good").requestSubmit();
    else if (reason) reason.click();
    else if (event.key === "z") zoom.click();
    else return;
    event.preventDefault();
  };
  if (check.dataset.next) new Image().src = check.dataset.next;
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
