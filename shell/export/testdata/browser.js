// As much of a browser as the page's script needs: node browser.js PAGE [CLICK …] prints the rows that are shown, after
// each search or click. A word with = in it is typed: search=WORDS.
"use strict";
const { readFileSync } = require("node:fs");
const page = readFileSync(process.argv[2], "utf8");
class Element {
  constructor(name) {
    Object.assign(this, { name, children: [], listeners: {}, className: "", own: "", value: "", checked: false });
    this.style = { setProperty() {} };
    this.classList = { toggle() {} };
  }
  get textContent() {
    return this.own + this.children.map((c) => (typeof c === "string" ? c : c.textContent)).join("");
  }
  set textContent(text) {
    this.own = text;
  }
  append(...all) {
    this.children.push(...all.flatMap((e) => (e.name === "fragment" ? e.children : [e])));
  }
  replaceChildren(...all) {
    this.children = all;
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
}
const elements = new Map();
for (const [, name, id, rest] of page.matchAll(/<(\w+)[^>]* id="(\w+)"([^>]*)>/g)) {
  const element = new Element(name);
  element.checked = rest.includes("checked");
  elements.set(id, element);
}
elements.get("data").own = page.match(/<script type="application\/json" id="data">([^]*?)<\/script>/)[1];
globalThis.document = {
  getElementById: (id) => elements.get(id),
  createElement: (name) => new Element(name),
  createDocumentFragment: () => new Element("fragment"),
  querySelector: () => new Element("header"),
  addEventListener() {},
  documentElement: new Element("html"),
};
globalThis.matchMedia = () => ({ matches: false });
globalThis.ResizeObserver = class {
  observe() {}
};
(0, eval)(page.match(/<script>([^]*?)<\/script>/)[1]);
const show = () => {
  const rows = elements.get("rows").children;
  for (const row of rows) {
    row.open = true;
    row.listeners.toggle?.();
  }
  console.log(elements.get("count").textContent);
  for (const row of rows) console.log(row.className + ": " + row.textContent.replace(/\s+/g, " "));
};
show();
for (const act of process.argv.slice(3)) {
  const [id, value] = act.split("=");
  const element = elements.get(id);
  console.log("--- " + act);
  if (value === undefined) {
    element.checked = !element.checked;
    (element.listeners.change || element.listeners.click)();
  } else {
    element.value = value;
    element.listeners.input();
  }
  show();
}
