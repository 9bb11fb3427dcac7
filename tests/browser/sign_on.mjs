// Signs on at the provider as somebody the town knows, and as somebody it does not.
import { must, open, town } from "./desk.mjs";

const browser = await open();
for (const [id, known] of [["nb-1", true], ["fremd", false]]) {
  const context = await browser.newContext({ baseURL: town.address });
  const page = await context.newPage();
  await page.goto("/stichprobe");
  await page.click("text=Anmeldedienst");
  await page.fill("[name=login]", id);
  await page.fill("[name=password]", "egal");
  // Sign-on, and consent if the provider asks for it.
  for (let asked = 0; asked < 50 && new URL(page.url()).origin !== town.address; asked += 1) {
    await page.locator("[type=submit]").first().click({ timeout: 500 }).catch(() => {});
    await page.waitForTimeout(200);
  }
  must(new URL(page.url()).origin === town.address, `left at ${page.url()}: ${(await page.content()).slice(0, 600)}`);
  const path = new URL(page.url()).pathname;
  if (known) must(path === "/stichprobe", `back where one wanted to go, not ${path}`);
  else must((await page.content()).includes("die Poststelle noch nicht"), "who is not named does not come in");
  // The same way back a second time leads nowhere.
  const cookies = (await context.cookies()).filter((c) => c.name === "poststelle");
  must(cookies.length === (known ? 1 : 0), `${id}: ${cookies.length} sessions`);
  await context.close();
}
await browser.close();
console.log("ok");
