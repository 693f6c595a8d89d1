// The playground as a person uses it, in a real browser: node browser.mjs http://127.0.0.1:8000
// Waits for conditions, never for time; the first thing that is not so ends it.
import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const base = process.argv[2];
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };
const PATIENCE = { timeout: 120_000 };

const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

// A page of its own, without what another has stored. What it complains of and whom it asks is kept.
async function open(viewport, locale, { demo = true } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  await page.setViewport(viewport);
  await page.evaluateOnNewDocument((chosen) => Object.defineProperty(navigator, "language", { get: () => chosen }), locale);
  page.complaints = [];
  page.strangers = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(error.message));
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:")) page.strangers.push(url);
    if (!demo && url.endsWith("/demo.json")) request.respond({ status: 404, body: "{}" });
    else request.continue();
  });
  await page.goto(`${base}/playground`);
  await ready(page);
  return page;
}

const ready = (page) => page.waitForSelector('.page[data-ready="true"]');
const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const role = (page) => page.$eval(".page", (element) => element.dataset.role);

async function becomes(page, code) {
  await page.waitForSelector(`.page[data-ready="true"][data-role="${code}"]`);
}

// A single click on the strip.
async function play(page, login, code) {
  await page.$eval(`.pill[data-login="${login}"]`, (pill) => pill.click());
  await becomes(page, code);
}

async function choose(page, example) {
  await page.waitForSelector(`[data-example="${example}"]`);
  await page.$eval(`[data-example="${example}"]`, (button) => button.click());
  await page.waitForSelector('main[data-pane="operation"]');
}

async function run(page, outcome) {
  await page.click('[data-action="run"]');
  const found = await page.waitForSelector("[data-outcome]");
  assert.equal(await found.evaluate((badge) => badge.dataset.outcome), outcome, await text(page, ".answer"));
  return JSON.parse(await page.$eval('[data-editor="result"] .cm-content', (content) => content.cmTile?.view?.state.doc.toString()
    ?? content.cmView?.view?.state.doc.toString() ?? [...content.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n")));
}

async function tab(page, name) {
  const shown = await page.$$eval(`[data-tab="${name}"]`, (tabs) => {
    const visible = tabs.find((each) => each.offsetParent !== null);
    visible?.click();
    return Boolean(visible);
  });
  assert.ok(shown, `no tab ${name}`);
}

async function searchDocs(page, sought) {
  await tab(page, "docs");
  await page.$eval('[data-search="docs"]', (input) => input.focus());
  await page.$eval('[data-search="docs"]', (input) => input.select());
  await page.keyboard.type(sought);
  await page.waitForFunction((wanted) => document.querySelector('[data-search="docs"]').value === wanted, PATIENCE, sought);
  await page.waitForSelector("[data-found]");
}

const mutations = (page) => page.$$eval('.docs [data-field^="Mutation."]', (all) => all.map((each) => each.dataset.field));
const vanishes = (page) => page.waitForFunction(() => !document.querySelector('.docs [data-field^="Mutation."]'));

// Nothing is wider than the window, but what scrolls inside itself.
async function fits(page, where) {
  const wide = await page.evaluate(() => {
    const scrolls = (element) => element.closest(".pills, .cm-scroller, .skips, .unseen, pre");
    const out = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(element);
    });
    const page = document.scrollingElement.scrollWidth > innerWidth ? ["the page"] : [];
    return [...page, ...out.map((element) => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`)];
  });
  assert.deepEqual(wide, [], where);
}

// Whoever cannot see the page hears what everything is.
async function isNamed(page, where) {
  const tree = await page.accessibility.snapshot();
  const nameless = [];
  const walk = (node) => {
    if (["button", "textbox", "searchbox", "combobox", "tab", "dialog", "link"].includes(node.role) && !node.name) nameless.push(node);
    node.children?.forEach(walk);
  };
  walk(tree);
  assert.deepEqual(nameless, [], where);
}

async function ends(page) {
  assert.deepEqual(page.complaints, [], "the console is silent");
  assert.deepEqual(page.strangers, [], "nobody else is asked");
  await page.browserContext().close();
}

async function desktop() {
  const page = await open(DESKTOP, "zh-CN");
  assert.equal(await role(page), "PUB");
  assert.equal(await text(page, ".brand h1"), "一门");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
  await searchDocs(page, "dibaoApprove");
  assert.deepEqual(await mutations(page), [], "an approval does not exist for the public");

  await play(page, "da_civil", "DA");
  assert.deepEqual(await mutations(page), ["Mutation.dibaoApprove"], "the approver has it");
  assert.match(await text(page, '[data-field="Mutation.dibaoApprove"] .told'), /批/);
  await play(page, "tu_social", "TU");
  await vanishes(page);
  const change = await page.$eval(".change", ({ dataset }) => ({ lost: +dataset.lost, gained: +dataset.gained }));
  assert.ok(change.lost > 0 && change.gained > 0, JSON.stringify(change));
  assert.match(await text(page, ".change"), /Mutation\.dibaoApprove/);

  await tab(page, "examples");
  await choose(page, "my-cases");
  const { data } = await run(page, "done");
  assert.ok(data.applications.nodes.length > 5, "the handler sees the town's cases");
  const cost = await page.$eval("[data-cost]", ({ dataset }) => ({ cost: +dataset.cost, budget: +dataset.budget }));
  assert.ok(cost.cost > 0 && cost.cost < cost.budget, JSON.stringify(cost));
  await fits(page, "desktop, a result");
  await isNamed(page, "desktop");

  await refusal(page);
  await explained(page);
  await clock(page);
  await ends(page);
}

// The same refusal in both languages, and the page with it.
async function refusal(page) {
  await play(page, "tr_social", "TR");
  await tab(page, "examples");
  await choose(page, "town-decide-refused");
  await run(page, "refused");
  assert.match(await text(page, '[data-code="NOT_AUTHORISED_LEVEL"] b'), /级决定/);
  await page.click('[data-action="language"]');
  await page.waitForFunction(() => document.documentElement.lang === "en");
  assert.equal(await text(page, ".brand h1"), "Onedoor");
  await choose(page, "town-decide-refused");
  await run(page, "refused");
  assert.match(await text(page, '[data-code="NOT_AUTHORISED_LEVEL"] b'), /is decided at level/);
  assert.doesNotMatch(await page.evaluate(() => document.querySelector(".side, .head").textContent), /办理|身份/);
  await page.click('[data-action="language"]');
  await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
}

// Why the approver has the approval and the handler has not; an auditor is told who holds it.
async function explained(page) {
  const allowed = async (wanted) => {
    const badge = await page.waitForSelector(`[data-explained] [data-allowed="${wanted}"]`);
    return badge.evaluate((found) => found.closest("[data-explained]").textContent);
  };
  await play(page, "da_civil", "DA");
  await searchDocs(page, "dibaoApprove");
  await page.click('[data-field="Mutation.dibaoApprove"] .tools button:last-child');
  assert.match(await allowed(true), /authority\.csv.*DU_CIVIL.*649号/s);
  await play(page, "tu_social", "TU");
  await page.waitForFunction(() => !document.querySelector("[data-explained]"));
  await page.click(".why [type=submit]");
  const told = await allowed(false);
  assert.doesNotMatch(told, /DU_CIVIL|dibao\.approve/, "what is not one's own is not told");
  await play(page, "aud", "AUD");
  await page.select(".why select[name=role]", "TR");
  await page.select(".why select[name=unit]", "TU_SOCIAL");
  await page.select(".why select[name=programme]", "DIBAO");
  await page.click(".why [type=submit]");
  assert.match(await allowed(false), /DU_CIVIL/);
  await fits(page, "desktop, why");
}

async function clock(page) {
  await page.click('[data-action="clock"]');
  await page.waitForSelector("dialog[open] input[type=date]");
  await page.$eval("dialog[open] input[type=date]", (input) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, "2018-12-03");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.click("dialog[open] button[type=submit]");
  await page.waitForFunction(() => document.querySelector('[data-action="clock"] b')?.textContent === "2018-12-03");
}

async function phone(locale) {
  const page = await open(PHONE, locale);
  await fits(page, "phone, examples");
  await page.tap('[data-action="identity"]');
  await page.waitForSelector('dialog[open] [data-post="da_civil"]');
  await fits(page, "phone, every post");
  await page.$eval('[data-post="da_civil"]', (button) => button.click());
  await becomes(page, "DA");
  await searchDocs(page, "dibaoApprove");
  assert.deepEqual(await mutations(page), ["Mutation.dibaoApprove"]);
  await fits(page, "phone, docs");
  await tab(page, "examples");
  await choose(page, "twice-refused");
  await fits(page, "phone, operation");
  await run(page, "refused");
  await page.waitForSelector('main[data-pane="result"]');
  assert.match(await text(page, ".troubles b"), locale === "en" ? /^[^一-鿿]+$/ : /[一-鿿]/);
  await fits(page, "phone, result");
  await tab(page, "why");
  await page.$eval(".why .chip", (chip) => chip.click());
  await page.waitForSelector("[data-explained] [data-allowed]");
  await fits(page, "phone, why");
  await tab(page, "examples");
  await choose(page, "my-cases");
  const { data } = await run(page, "done");
  assert.ok(data.applications.nodes.length > 0);
  await play(page, "tu_social", "TU");
  await searchDocs(page, "dibaoApprove");
  await vanishes(page);
  await ends(page);
}

async function keyboard() {
  const page = await open(DESKTOP, "en");
  const key = (...keys) => keys.reduce((before, each) => before.then(() => page.keyboard.press(each)), Promise.resolve());
  const chord = async (held, pressed) => {
    await page.keyboard.down(held);
    await page.keyboard.press(pressed);
    await page.keyboard.up(held);
  };
  const focused = () => page.evaluate(() => ({ tag: document.activeElement.tagName, text: document.activeElement.textContent,
    post: document.activeElement.dataset.post, inside: document.activeElement.closest("[data-editor]")?.dataset.editor }));
  await key("Tab");
  assert.equal((await focused()).text, "Skip to the editor");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none", "the focus shows");
  await key("Enter");
  await page.waitForFunction(() => document.activeElement.closest('[data-editor="operation"]'));
  await key("Tab");
  assert.equal((await focused()).inside, "variables", "Tab leaves the editor");
  await chord("Alt", "KeyR");
  await page.waitForSelector('dialog[open] input[type="search"]:focus');
  await page.keyboard.type("da_civil");
  await page.waitForFunction(() => document.querySelectorAll("dialog[open] [data-post]").length === 1);
  await key("Tab");
  assert.equal((await focused()).post, "da_civil");
  await key("Enter");
  await becomes(page, "DA");
  await page.waitForFunction(() => document.querySelector('[data-editor="variables"]').textContent.includes("applicationId"));
  await chord("Control", "Enter");
  await page.waitForSelector("[data-outcome]");
  for (const [digit, pane] of [["Digit1", "examples"], ["Digit2", "docs"], ["Digit3", "operation"], ["Digit4", "result"], ["Digit5", "why"]]) {
    await chord("Alt", digit);
    await page.waitForSelector(`main[data-pane="${pane}"]`);
  }
  await page.$eval('.side-tabs [data-tab="why"]', (each) => each.focus());
  await key("ArrowRight");
  await page.waitForSelector('main[data-pane="examples"]');
  await chord("Alt", "KeyL");
  await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
  await ends(page);
}

// Where there is no demo one signs in by name; a wrong password is told, and nothing survives the tab.
async function signIn() {
  const page = await open(DESKTOP, "zh-CN", { demo: false });
  assert.equal(await page.$(".strip"), null);
  await page.click('[data-action="identity"]');
  await page.waitForSelector("dialog[open] input[name=login]");
  await page.type("dialog[open] input[name=login]", "tw");
  await page.type("dialog[open] input[name=password]", "wrong");
  await page.click("dialog[open] button[type=submit]");
  await page.waitForSelector("dialog[open] .notice.bad");
  await page.$eval("dialog[open] input[name=password]", (input) => input.select());
  await page.type("dialog[open] input[name=password]", "onedoor-demo");
  await page.click("dialog[open] button[type=submit]");
  await becomes(page, "TW");
  assert.match(await text(page, ".who"), /镇窗口/);
  assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage }).includes("eyJ")), false, "no token outlives the tab");
  await page.reload();
  await becomes(page, "TW");
  page.complaints = page.complaints.filter((each) => !each.includes("404"));
  await ends(page);
}

// One watches, another acts, and it ticks.
async function subscription() {
  const watcher = await open(DESKTOP, "zh-CN");
  await play(watcher, "tw", "TW");
  await choose(watcher, "watch-cases");
  await watcher.click('[data-action="run"]');
  await watcher.waitForSelector(".badge.live-on");
  assert.equal(await watcher.$eval("[data-ticks]", (live) => live.dataset.ticks), "0");
  const clerk = await open(DESKTOP, "zh-CN");
  await play(clerk, "vw", "VW");
  await choose(clerk, "push");
  await clerk.waitForFunction(() => /applicationId": "\w{10}/.test(document.querySelector('[data-editor="variables"]').textContent));
  const pushed = await run(clerk, "done");
  await watcher.waitForSelector('[data-ticks="1"]');
  const { application } = JSON.parse(await text(watcher, ".ticks pre")).applicationChanged;
  assert.equal(application.number, pushed.data.applicationPush.application.number);
  assert.equal(application.state, "TOWN_PENDING");
  await fits(watcher, "desktop, a subscription");
  await watcher.click('[data-action="stop"]');
  await watcher.waitForSelector(".badge.live-off");
  await ends(clerk);
  await ends(watcher);
}

try {
  await subscription();
  await desktop();
  await phone("zh-CN");
  await phone("en");
  await keyboard();
  await signIn();
  console.log("playground in a browser: ok");
} finally {
  await browser.close();
}
