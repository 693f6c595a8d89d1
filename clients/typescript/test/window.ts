/** The village window in a real browser, at an origin of its own: from an empty form to the town's acceptance. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { serve } from "./site";

const FAMILY = [
  { name: "张守田", number: "510229197103120116", relation: "02", stage: "", category: "", grade: "" },
  { name: "李秀英", number: "510229197308250221", relation: "10", stage: "", category: "4", grade: "2" },
  { name: "张小满", number: "500383200409060247", relation: "30", stage: "JUNIOR", category: "", grade: "" },
] as const;
/** Width of a phone, in CSS pixels. */
const PHONE = 390;
const WRONG_NUMBER = "510229197103120117";

async function desk(browser: Browser, address: string, login: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(`${login}: ${String(error)}`));
  await page.goto(address);
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("onedoor-demo");
  await page.locator("button.main").click();
  await page.locator("main h2 ::-p-text(申请), main h2 ::-p-text(待受理)").wait();
  return page;
}

async function fill(page: Page): Promise<void> {
  for (const [index, member] of FAMILY.entries()) {
    if (index > 0) await page.locator("button ::-p-text(添加成员)").click();
    await page.locator(`input[name=name-${index}]`).fill(member.name);
    await page.locator(`input[name=number-${index}]`).fill(index === 0 ? WRONG_NUMBER : member.number);
    if (index > 0) await page.select(`select[name=relation-${index}]`, member.relation);
    if (member.stage !== "") await page.select(`select[name=stage-${index}]`, member.stage);
    if (member.category !== "") await page.locator(`input[name=category-${index}]`).fill(member.category);
    if (member.grade !== "") await page.locator(`input[name=grade-${index}]`).fill(member.grade);
  }
  await page.locator("textarea[name=need]").fill("家庭收入低，申请低保");
  await page.locator("input[name=INCOME_STATEMENT]").click();
}

/** Waits until the page shows this, and says what it showed instead if it does not. */
async function shows(page: Page, text: string): Promise<void> {
  try {
    await page.waitForFunction((wanted) => document.body.innerText.includes(wanted), { timeout: 15_000 }, text);
  } catch {
    const shown = await page.evaluate(() => document.body.innerText);
    assert.fail(`the page never showed “${text}”:\n${shown}`);
  }
}

async function press(page: Page, button: string): Promise<void> {
  await page.locator(`button ::-p-text(${button})`).click();
}

/** Presses a button of the family's own case. */
async function pressOn(page: Page, number: string, button: string): Promise<void> {
  await page.locator(`article[data-number="${number}"] button ::-p-text(${button})`).click();
}

/** Waits until the family's own case stands like this. */
async function stands(page: Page, number: string, state: string): Promise<void> {
  await page.locator(`article[data-number="${number}"][data-state="${state}"]`).wait();
}

/** Asserts that nothing sticks out of a phone's width, and names what does. */
async function fits(page: Page, name: string): Promise<void> {
  const wide = await page.evaluate((width) => {
    const elements = [...document.querySelectorAll("body *")];
    return elements.filter((element) => element.getBoundingClientRect().right > width).map((element) => element.outerHTML.slice(0, 80));
  }, PHONE);
  assert.deepEqual(wide, [], `${name}: wider than a phone`);
}

async function main(base: string, port: number, shots: string | undefined): Promise<void> {
  const site = await serve(fileURLToPath(new URL("../window", import.meta.url)), port);
  const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const address = `http://127.0.0.1:${port}/?server=${encodeURIComponent(base)}`;
    const village = await desk(browser, address, "vw");
    await fill(village);
    await press(village, "登记并推送镇窗口");
    await shows(village, "INVALID_ID_CHECKSUM");
    await village.locator("input[name=number-0]").fill(FAMILY[0].number);
    await press(village, "登记并推送镇窗口");
    await shows(village, "已推送镇窗口");
    const number = await village.$eval("p.note.done", (note) => note.textContent?.match(/[\w-]{10,}/)?.[0] ?? "");
    await stands(village, number, "TOWN_PENDING");

    const town = await desk(browser, address, "tw");
    await pressOn(town, number, "一次性告知补正");
    await shows(town, "家庭收入申报表");
    await stands(village, number, "SUPPLEMENT_REQUIRED");
    await pressOn(village, number, "收到补交材料");
    await shows(village, "已收齐");
    await pressOn(town, number, "受理");
    await stands(town, number, "ACCEPTED");
    await stands(village, number, "ACCEPTED");

    if (shots) await village.screenshot({ path: `${shots}/village.png`, fullPage: true });
    if (shots) await town.screenshot({ path: `${shots}/town.png`, fullPage: true });
    for (const [name, page] of [["village", village], ["town", town]] as const) {
      await page.setViewport({ width: PHONE, height: 844 });
      if (shots) await page.screenshot({ path: `${shots}/${name}-phone.png`, fullPage: true });
      await fits(page, name);
    }
    console.log("village window in a browser: ok");
  } finally {
    await browser.close();
    site.close();
  }
}

const [base, port, shots] = process.argv.slice(2);
assert(base && port, "which server, and which port for the page?");
await main(base, Number(port), shots);
