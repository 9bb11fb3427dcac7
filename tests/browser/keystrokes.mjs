// The keystroke-level model (Card, Moran, Newell 1980) over what was really pressed: K 0.28 s a key of an average
// typist, M 1.35 s for each thing to be looked at and decided, and the program's own answer as measured.
const KEY = 0.28, MIND = 1.35;

/** Decides `count` doubtful letters by key: every unsure field looked at, every second kind corrected. */
export async function measure(page, count) {
  await page.goto("/nachbearbeitung/weiter");
  const seconds = [], shown = [];
  for (let letter = 0; letter < count; letter++) {
    await page.waitForSelector("#desk");
    await page.waitForTimeout(600); // the next one is fetched while somebody looks; nobody is faster than this
    const id = await page.getAttribute("#desk", "data-id");
    let keys = 0, decisions = 1; // the letter as a whole is looked at
    const press = async (key) => { await page.keyboard.press(key); keys += 1; };
    while (await page.locator(".unsure input[type=checkbox]:not(:checked)").count()) {
      await press("Tab");
      decisions += 1;
      if (keys > 30) throw new Error("Tab does not pass the unsure fields");
    }
    if (keys) await press("Escape");
    if (letter % 2) {
      await press("1");
      decisions += 1;
    }
    await press("Enter");
    const waited = await page.waitForFunction((id) => {
      const desk = document.getElementById("desk");
      return !desk || desk.dataset.id !== id && (desk.dataset.shown ?? "slow");
    }, id).then((handle) => handle.jsonValue());
    const image = typeof waited === "string" && waited !== "slow" ? Number(waited) : NaN;
    if (!Number.isNaN(image)) shown.push(image);
    seconds.push(keys * KEY + decisions * MIND + (Number.isNaN(image) ? 0.5 : image / 1000));
    if (waited === true) break; // nothing is left
  }
  if (seconds.length < count) throw new Error(`only ${seconds.length} doubtful letters`);
  if (shown.length < count - 1) throw new Error(`only ${shown.length} of ${count} were there before they were asked for`);
  const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  return { letters: seconds.length, median: middle(seconds), shown: middle(shown), slowest: Math.max(...shown) };
}
