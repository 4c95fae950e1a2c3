// Runs the dashboard's own script against a daemon, in a document of which only what the script needs is there.
// node dashboard.mjs ADMIN_URL PUBLIC_URL; prints what the page shows, as JSON.
import vm from "node:vm";

const [admin, site] = process.argv.slice(2);
const page = await (await fetch(admin + "/")).text();
const ids = new Map([...page.matchAll(/ id="([^"]+)"/g)].map((found) => [found[1], element()]));

// An element has these properties and no others: whoever sets one that makes markup of text fails.
function element() {
  const made = {
    textContent: "", className: "", hidden: false, scope: "", attributes: {}, children: [],
    setAttribute(name, value) { made.attributes[name] = value; },
    append(...children) { made.children.push(...children); },
    replaceChildren(...children) { made.children = children; },
  };
  return Object.seal(made);
}

// A document of the daemon that must have what is read of it; `redis` is there only with Redis.
function complete(value) {
  if (value === null || typeof value !== "object") return value;
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === "string" && name !== "redis" && name !== "then" && !(name in target))
        throw new Error(`the daemon names no ${name}`);
      return typeof target[name] === "function" ? target[name] : complete(target[name]);
    },
  });
}

let now = 0, asked = 0, away = false, next, settled, seen;

async function ask(path, options) {
  ++asked;
  if (away) throw new Error("away");
  const response = await fetch(`${admin}/${path}`, options);
  return { ok: response.ok, status: response.status, json: async () => complete(await response.json()) };
}

const page_world = vm.createContext({
  document: {
    hidden: false,
    getElementById(id) {
      if (!ids.has(id)) throw new Error(`the page has no ${id}`);
      return ids.get(id);
    },
    createElement: element,
    addEventListener(name, listener) { seen = listener; },
  },
  fetch: ask,
  performance: { now: () => now },
  setTimeout(callback) { next = callback; settled(); },
  clearTimeout() {},
  console: { warn(error) { if (!away) throw error; } },
  AbortSignal,
});

function until_asked(action) {
  const done = new Promise((resolve) => { settled = resolve; });
  action();
  return done;
}

function shown() {
  const text = Object.fromEntries([...ids].map(([id, { textContent }]) => [id, textContent]));
  const rows = ids.get("routes").children.map((row) => row.children.map((cell) => cell.textContent));
  const graph = ids.get("rate-graph").attributes.d;
  return { text, rows, graph, bad: ids.get("state").className, redis_hidden: ids.get("redis").hidden };
}

const result = {};
await until_asked(() => vm.runInContext(page.match(/<script>([^]*)<\/script>/)[1], page_world));
result.first = shown();

for (const path of ["/a/1", "/b/1", "/a/1", "/a/1"]) await (await fetch(site + path)).text();
now += 2000;
await until_asked(() => next());
result.second = shown();

asked = 0;
page_world.document.hidden = true;
await next();
result.asked_while_hidden = asked;

page_world.document.hidden = false;
away = true;
await until_asked(() => seen());
result.away = shown();
console.log(JSON.stringify(result));
