// One browser, one person per context: signing on, looking, and what is looked at on every page.
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const town = JSON.parse(process.env.TOWN);
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
mkdirSync(town.screens, { recursive: true });

export const found = { pages: 0, rules: 0, focused: 0, screens: 0 };

export async function open() {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
}

export function must(truth, words) {
  if (!truth) throw new Error(words);
}

/** Somebody at an office screen. */
export class Person {
  static async at(browser, id) {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "de-DE", baseURL: town.address });
    const person = new Person();
    Object.assign(person, { id, context, page: await context.newPage(), english: false });
    person.page.on("pageerror", (error) => { throw error; });
    person.page.on("response", (answer) => must(answer.status() < 500, `${answer.status()} ${answer.url()}`));
    await person.page.goto("/anmelden");
    await person.page.fill("#person", id);
    await person.page.fill("#password", town.password);
    await person.page.keyboard.press("Enter");
    await person.page.waitForURL((url) => url.pathname !== "/anmelden");
    return person;
  }

  async go(path) {
    const answer = await this.page.goto(path);
    must(answer.ok(), `${this.id} ${path}: ${answer.status()}`);
    await this.page.waitForFunction(() => [...document.images].every((i) => i.complete || i.loading === "lazy"));
  }

  async text() {
    return this.page.locator("main").innerText();
  }

  /** What must hold of every page, and its picture. */
  async look(name) {
    const page = this.page;
    const result = await page.evaluate(`${axe}; axe.run(document, { runOnly: ${JSON.stringify(rules)} })`);
    const said = result.violations.map((v) => `${v.id}: ${v.help} ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
    must(said.length === 0, `axe-core on ${name}:\n${said.join("\n")}`);
    found.pages += 1;
    found.rules += result.passes.length;
    await this.shot(name);
    await this.keyboard(name);
    // 200 % on this screen leaves 683 by 384 points: nothing is to be scrolled sideways.
    await page.setViewportSize({ width: 683, height: 384 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const culprit = await page.evaluate(() => [...document.querySelectorAll("main *")]
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".sheets, .scroll"))
      .map((e) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`)[0]);
    await page.setViewportSize({ width: 1366, height: 768 });
    must(wide <= 0, `${name} is ${wide} points too wide at 200 %: ${culprit}`);
  }

  async shot(name) {
    const language = this.english ? "en" : "de";
    await this.page.screenshot({ path: `${town.screens}/${name}.${language}.jpg`, type: "jpeg", quality: 72, animations: "disabled" });
    found.screens += 1;
  }

  /** Every control is reached by Tab, and shows that it is. */
  async keyboard(name) {
    const page = this.page;
    const controls = await page.evaluate(() => {
      const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
      document.activeElement?.blur();
      const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && (e.tagName === "SUMMARY" || !e.closest("details:not([open])"));
      return [...document.querySelectorAll(all)].filter(shown).map((e, i) => { e.dataset.control = i; return i; }).length;
    });
    const reached = new Set();
    let last = null;
    for (let press = 0; press < controls * 3 + 12 && reached.size < controls; press++) {
      await page.keyboard.press("Tab");
      const now = await page.evaluate(() => {
        const e = document.activeElement, style = getComputedStyle(e);
        return { control: e.dataset.control ?? null, outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, html: e.outerHTML.slice(0, 120) };
      });
      if (now.control === null || now.control === last) continue;
      must(now.outline, `${name}: no visible focus on ${now.html}`);
      reached.add(now.control);
      last = now.control;
    }
    const missed = await page.evaluate((reached) => [...document.querySelectorAll("[data-control]")]
      .filter((e) => !reached.includes(e.dataset.control)).map((e) => e.outerHTML.slice(0, 120)), [...reached]);
    must(missed.length === 0, `${name}: Tab never reaches ${missed.slice(0, 3).join(" | ")}`);
    found.focused += reached.size;
    await page.evaluate(() => document.activeElement?.blur());
  }

  async speak(code) {
    const language = await this.page.getAttribute("html", "lang");
    if (language !== code) {
      await this.page.click(`button[name=sprache][value=${code}]`);
      await this.page.waitForFunction((code) => document.documentElement.lang === code, code);
    }
    this.english = code === "en";
  }
}
