"use strict";
// What peers have sent is put into the page as text alone.
const items = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const make = (name, kind, text) => {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
};

// The sides, in the order of their coming, and which two each connection has.
const sides = [];
const side = (key, title) => {
  const at = sides.findIndex((s) => s.key === key);
  return at < 0 ? sides.push({ key, title }) - 1 : at;
};
const conns = new Map();
for (const item of items) {
  if (item.conn) conns.set(item.conn, item); // what is known last counts
}
for (const conn of conns.values()) {
  const us = side(conn.tapped ? "client " + conn.conn : "us", conn.us);
  conns.set(conn.conn, { us, peer: conn.peer === "" ? us : side("peer " + conn.conn, conn.peer) });
}
const asked = new Map();
const events = [];
for (const item of items) {
  if (item.conn) continue;
  events.push(item);
  item.words = [item.label, item.method, item.message, item.text].join("\n").toLowerCase();
  if (!item.id) continue;
  const answers = item.kind === "response" || item.kind === "error";
  const key = [item.of, item.out !== answers, item.id].join(" ");
  if (item.kind === "request") {
    asked.set(key, item);
  } else if (answers && asked.has(key)) {
    item.pair = asked.get(key);
    item.pair.pair = item;
    asked.delete(key);
  }
}
document.documentElement.style.setProperty("--sides", Math.max(1, sides.length));
const place = (at) => ((at + 0.5) / sides.length) * 100 + "%";
const names = make("div", "lanes");
sides.forEach((s, at) => {
  const name = make("span", "", s.title);
  name.title = s.title;
  name.style.left = place(at);
  names.append(name);
});
find("names").append(make("div"), names);

// pretty returns JSON text on many lines. Its digits stay as they are.
function pretty(text) {
  const all = document.createDocumentFragment();
  const plain = text.length > 200000;
  let depth = 0;
  const indent = () => "\n" + "  ".repeat(depth);
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\[{](?=[\]}])[\]}]|[[\]{},:]|[^[\]{},:"]+/g)) {
    let shown = token;
    if (token === "{" || token === "[") {
      depth++;
      shown += indent();
    } else if (token === "}" || token === "]") {
      depth--;
      shown = indent() + token;
    } else if (token === ",") {
      shown += indent();
    } else if (token === ":") {
      shown += " ";
    } else if (!plain && token[0] !== "{" && token[0] !== "[") {
      all.append(make("span", token[0] === '"' ? "s" : "n", token));
      continue;
    }
    all.append(shown);
  }
  return all;
}

function body(item) {
  const box = make("div", "body");
  const about = [item.date, item.out ? "out" : item.message === undefined ? "" : "in", item.kind, item.took, item.text];
  box.append(make("p", "", about.filter(Boolean).join(" · ")));
  if (item.message !== undefined) {
    const pre = make("pre");
    pre.append(pretty(item.message));
    box.append(pre);
  }
  return box;
}

function row(item) {
  if (item.kind === "part") return make("div", "part", item.label);
  const details = make("details", item.kind);
  const summary = make("summary", "row");
  const lanes = make("div", "lanes");
  const conn = conns.get(item.of);
  if (item.message === undefined && item.kind !== "unreadable") {
    const note = make("div", "note text", item.label);
    note.style.left = place(conn.peer);
    lanes.append(note);
  } else {
    const from = item.out ? conn.us : conn.peer;
    const to = item.out ? conn.peer : conn.us;
    const arrow = make("div", "arrow " + (from < to ? "right" : "left"));
    arrow.style.left = place(Math.min(from, to));
    arrow.style.width = (Math.abs(from - to) / sides.length) * 100 + "%";
    arrow.append(make("span", "text", item.label));
    lanes.append(arrow);
  }
  summary.append(make("div", "time", item.time), lanes);
  details.append(summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(body(item));
  });
  if (item.pair) {
    const mark = (on) => () => [item, item.pair].forEach((i) => i.element?.classList.toggle("pair", on));
    summary.addEventListener("mouseenter", mark(true));
    summary.addEventListener("mouseleave", mark(false));
  }
  item.element = details;
  return details;
}

// So many rows are drawn at a time.
const step = 1000;
let chosen = [];
function draw() {
  const list = find("rows");
  const drawn = list.children.length;
  list.append(...chosen.slice(drawn, drawn + step).map(row));
  find("more").hidden = list.children.length >= chosen.length;
}

function choose() {
  const words = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = (item) => {
    if (item.kind === "part") return true;
    const sort = item.out === undefined ? "rest" : item.out ? "out" : "in";
    const failed = item.kind === "error" || item.kind === "unreadable" || item.kind === "problem";
    return find(sort).checked && (!find("errors").checked || failed) && words.every((w) => item.words.includes(w));
  };
  events.forEach((item) => (item.element = undefined));
  chosen = events.filter(wanted);
  const used = chosen.filter((item, at) => item.kind !== "part" || (chosen[at + 1] ?? item).kind !== "part");
  if (used.length > 0) chosen = used; // a part of which nothing is wanted is left out
  const count = (list) => list.filter((item) => item.kind !== "part").length;
  find("count").textContent = count(chosen) + " of " + count(events);
  find("rows").replaceChildren();
  draw();
}

find("search").addEventListener("input", choose);
for (const id of ["out", "in", "rest", "errors"]) find(id).addEventListener("change", choose);
find("more").addEventListener("click", draw);
find("theme").addEventListener("click", () => {
  const root = document.documentElement.style;
  const dark = root.colorScheme ? root.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.colorScheme = dark ? "light" : "dark";
});
// The names of the sides stay below the header.
const header = document.querySelector("header");
new ResizeObserver(() => document.documentElement.style.setProperty("--top", header.offsetHeight + "px"))
  .observe(header);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== find("search")) {
    event.preventDefault();
    find("search").focus();
  }
});
choose();
