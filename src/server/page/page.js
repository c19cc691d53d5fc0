// What the page can do beyond plain links and forms: theme, filters without reload, keys, progress.

const root = document.documentElement;

function startTheme() {
  const button = document.getElementById("theme");
  const isDark = () =>
    root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  const paint = () => button.textContent = isDark() ? "Light" : "Dark";
  button.hidden = false;
  button.onclick = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    paint();
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch { /* not kept */ }
  };
  paint();
}

/** Swaps one part of the page for what the server makes of another address. */
async function swap(url, id) {
  const response = await fetch(url, { headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const part = fresh.getElementById(id);
  if (!response.ok || part === null) return location.assign(url);
  const focused = document.activeElement?.name;
  const caret = document.activeElement?.selectionStart;
  document.getElementById(id).replaceWith(part);
  history.replaceState(null, "", url);
  startFilter();
  const again = focused && part.querySelector(`[name="${focused}"]`);
  again?.focus();
  if (again?.type === "search") again.setSelectionRange(caret, caret);
}

function startFilter() {
  const form = document.getElementById("flt");
  if (form === null) return;
  let waiting = 0;
  const apply = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    swap(`${form.getAttribute("action").split("#")[0]}?${query}#samples`, "samples");
  };
  form.onchange = apply;
  form.oninput = (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(waiting);
    waiting = setTimeout(apply, 250);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    apply();
  };
}

function startKeys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) return;
    const rel = { j: "next", k: "prev" }[event.key];
    if (rel) document.querySelector(`a[rel=${rel}]`)?.click();
    const search = event.key === "/" && document.querySelector("#flt input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });
}

/** Browsers keep six connections to a server, and the page needs some for itself. */
const MOST_STREAMS = 3;
let streams = [];

/** Opens the streams of what the page shows; a page that nobody sees leaves them to others. */
function startStreams() {
  for (const events of streams) events.close();
  streams = [];
  if (document.hidden) return;
  const { standing } = document.getElementById("main").dataset;
  if (standing) listen("/api/v1/events", "changed", (row) => follow(row.standing));
  const parts = Map.groupBy(document.querySelectorAll("[data-live]"), (part) => part.dataset.live);
  for (const [address, places] of [...parts].slice(0, MOST_STREAMS - streams.length)) {
    const events = listen(address, "progress", (row) => {
      for (const place of places) show(place, row);
    });
    events.addEventListener("end", () => {
      events.close();
      if (!standing) location.reload();
    });
  }
}

function listen(address, name, take) {
  const events = new EventSource(address);
  events.addEventListener(name, (event) => take(JSON.parse(event.data)));
  streams.push(events);
  return events;
}

let following = Promise.resolve();

/** Brings the page to where the server stands, one step at a time. */
function follow(standing) {
  following = following.then(async () => {
    if (document.getElementById("main").dataset.standing !== standing) await refresh();
  }).catch(() => {/* The server is away: its next event says it again. */});
}

/** Swaps the main part for what it is by now; focus, scroll position and open folds stay. */
async function refresh() {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const [main, part] = [document, fresh].map((page) => page.getElementById("main"));
  const focused = counterpart(document.activeElement, main, part);
  for (const fold of main.querySelectorAll("details[open]")) {
    counterpart(fold, main, part)?.setAttribute("open", "");
  }
  const wide = [...main.querySelectorAll(".scroll")].filter((place) => place.scrollLeft > 0)
    .map((place) => [counterpart(place, main, part), place.scrollLeft]);
  const top = scrollY;
  main.replaceChildren(...part.childNodes);
  main.dataset.standing = part.dataset.standing;
  document.title = fresh.title;
  document.querySelector(".ctx").replaceWith(fresh.querySelector(".ctx"));
  for (const [place, left] of wide) if (place) place.scrollLeft = left;
  focused?.focus({ preventScroll: true });
  scrollTo(scrollX, top);
  startMain();
}

/** The element of the new part that is what one of the old part was. */
function counterpart(element, old, part) {
  if (element === old || !old.contains(element)) return null;
  const name = ["id", "name", "href", "aria-label"].find((name) => element.hasAttribute(name));
  const like = (root) =>
    [...root.querySelectorAll(element.tagName)].filter((one) =>
      !name || one.getAttribute(name) === element.getAttribute(name)
    );
  return like(part)[like(old).indexOf(element)] ?? null;
}

function show(place, row) {
  const done = row.calls_planned === undefined ? row.answered + row.failed : row.calls;
  const all = Number(place.dataset.all) || 1;
  const words = `${done.toLocaleString("en")} of ${all.toLocaleString("en")}`;
  place.querySelector("[data-live-words]").textContent = words;
  place.querySelector("[data-live-bar]").setAttribute("aria-label", words);
  const share = `${(100 * Math.min(1, done / all)).toFixed(1)}%`;
  place.querySelector(".bar-done").setAttribute("width", share);
  rewordSoon(place);
  if (row.calls_planned !== undefined) return;
  const note = place.querySelector("[data-live-note]");
  if (note && row.score !== null) {
    note.textContent = `overall so far ${row.score.toFixed(3)}, no claim yet`;
  }
}

/** How long words and samples may be behind their bar: as long as the server's own look. */
const WORDS_MS = 2000;
const due = new Set();

function rewordSoon(place) {
  if (due.has(place)) return;
  due.add(place);
  setTimeout(() => {
    due.delete(place);
    reword(place).catch(() => {/* The next event tries again. */});
  }, WORDS_MS);
}

/** Takes the words on work that goes on, such as stages and samples, from its own page. */
async function reword(place) {
  const link = place.querySelector("a[href]");
  if (document.hidden || !link || !place.isConnected) return;
  const own = link.pathname === location.pathname;
  const root = own ? document : place;
  const response = await fetch(own ? location.href : link.href, {
    headers: { accept: "text/html" },
  });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const text of root.querySelectorAll("[data-live-text]")) {
    const now = fresh.querySelector(`[data-live-text="${text.dataset.liveText}"]`);
    // A list that somebody is choosing from waits.
    if (!now || now.innerHTML === text.innerHTML || text === document.activeElement) continue;
    const focused = counterpart(document.activeElement, text, now);
    text.replaceChildren(...now.childNodes);
    focused?.focus({ preventScroll: true });
  }
}

function startCopy() {
  for (const button of document.querySelectorAll(".cmd button")) {
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard?.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
    };
  }
}

/** Forms whose choice alone is worth an answer. */
function startChoices() {
  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.onchange = () => form.requestSubmit();
  }
}

/** A button a series: the others fade. */
function startSeries() {
  for (const button of document.querySelectorAll("button[data-series]")) {
    const figure = button.closest("figure");
    button.hidden = false;
    button.onclick = () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of figure.querySelectorAll("button[data-series]")) {
        other.setAttribute("aria-pressed", String(on && other === button));
      }
      for (const mark of figure.querySelectorAll(".series")) {
        mark.classList.toggle("on", mark.classList.contains(button.dataset.series));
      }
      figure.classList.toggle("solo", on);
    };
  }
}

/** What stands in the main part, again whenever that was swapped. */
function startMain() {
  startFilter();
  startStreams();
  startCopy();
  startChoices();
  startSeries();
}

startTheme();
startKeys();
startMain();
document.addEventListener("visibilitychange", startStreams);
addEventListener("pagehide", () => streams.forEach((events) => events.close()));
addEventListener("pageshow", (event) => event.persisted && startStreams());
