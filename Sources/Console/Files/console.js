// What a page does more where scripts run: parts that change are kept up to date, forms answer in place, ids are copied by a click, times are
// told in the viewer's zone, and there are keys for what one does often. Every page works without.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const say = (text) => { document.getElementById("said").textContent = text; };
  let stream = null;
  const shown = new Map();

  // Times: UTC stands there; the viewer's own beside it.
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  function showTimes(within) {
    for (const time of within.querySelectorAll("time[datetime]:not([title])")) {
      const date = new Date(time.dateTime);
      if (isNaN(date)) continue;
      const utc = time.textContent;
      time.title = utc;
      if (date.getTimezoneOffset() !== 0) time.textContent = `${local.format(date)} (${utc})`;
    }
  }

  function improve(within) {
    showTimes(within);
    for (const button of within.querySelectorAll(".copy-id")) button.hidden = false;
    for (const text of within.querySelectorAll("pre.console")) text.scrollTop = text.scrollHeight;
  }

  // Parts that change.
  function listen() {
    if (stream) stream.close();
    stream = null;
    shown.clear();
    const place = main().dataset.live;
    // A browser has six connections for all pages of a server: one that nobody looks at needs none.
    if (!place || document.hidden) return;
    stream = new EventSource(place);
    stream.addEventListener("part", (event) => {
      const part = JSON.parse(event.data);
      main().classList.remove("stale");
      const old = document.getElementById(part.name);
      if (!old) return;
      // The first answer is what the page has been loaded with.
      if (shown.get(part.name) === part.html) return;
      shown.set(part.name, part.html);
      const made = document.createElement("template");
      made.innerHTML = part.html;
      improve(made.content);
      const active = old.contains(document.activeElement) ? document.activeElement : null;
      const open = [...old.querySelectorAll("details[open]")].map((d) => [...old.querySelectorAll("details")].indexOf(d));
      const scrolled = [...old.querySelectorAll(".table, .picture-frame, pre")].map((e) => e.scrollLeft);
      const checked = [...old.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
      old.replaceChildren(made.content);
      for (const box of old.querySelectorAll("input[type=checkbox]")) box.checked = checked.includes(box.value);
      const details = [...old.querySelectorAll("details")];
      for (const index of open) if (details[index]) details[index].open = true;
      [...old.querySelectorAll(".table, .picture-frame, pre")].forEach((e, i) => { if (scrolled[i]) e.scrollLeft = scrolled[i]; });
      if (active) refocus(old, active);
    });
    stream.addEventListener("over", () => { stream.close(); location.reload(); });
    stream.addEventListener("error", (event) => {
      main().classList.add("stale");
      // A browser asks again by itself where the server is away, and not where it was refused.
      if (event.target.readyState === EventSource.CLOSED) setTimeout(() => { if (event.target === stream) listen(); }, 5000);
    });
    stream.addEventListener("open", () => { main().classList.remove("stale"); });
  }

  // Whoever was at a link or a button of a part is at the same one of the new.
  function refocus(part, element) {
    const same = [...part.querySelectorAll(element.tagName)].find((other) =>
      (element.id && other.id === element.id) || (element.href && other.getAttribute("href") === element.getAttribute("href")) ||
      (element.dataset.copy && other.dataset.copy === element.dataset.copy));
    if (same) same.focus({ preventScroll: true });
  }

  // Forms answer in place: the page that answers takes the place of this one.
  async function send(form, button) {
    const fields = new URLSearchParams(new FormData(form, button));
    button?.setAttribute("aria-busy", "true");
    const answer = await fetch(form.action, { method: "POST", body: fields, credentials: "same-origin" });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const next = page.getElementById("main");
    const top = page.querySelector("header.top");
    if (!next || !top) { location.assign(answer.url); return; }
    document.title = page.title;
    if (answer.url !== location.href) history.pushState({}, "", answer.url);
    main().replaceWith(document.adoptNode(next));
    document.querySelector("header.top").replaceWith(document.adoptNode(top));
    improve(document);
    listen();
    const first = main().querySelector("[role=alert], [role=status]");
    say(first ? first.textContent.trim() : document.title);
    if (first) { first.tabIndex = -1; first.focus(); } else main().focus();
    const mark = new URL(answer.url).hash;
    if (mark && !first) document.querySelector(mark)?.scrollIntoView();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Files are sent by the browser itself, which needs no memory for them.
    if (event.defaultPrevented || form.method !== "post" || form.enctype === "multipart/form-data") return;
    event.preventDefault();
    const button = event.submitter;
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    send(form, button).catch(() => {
      delete form.dataset.sent;
      button?.removeAttribute("aria-busy");
      say("The server does not answer. Nothing is known of what became of the form: load the page again.");
      main().classList.add("stale");
    });
  });
  document.addEventListener("visibilitychange", listen);
  addEventListener("popstate", () => location.reload());

  // Ids by a click.
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copy-id");
    if (button) {
      navigator.clipboard?.writeText(button.dataset.copy).then(() => {
        button.dataset.done = "yes";
        say(`Copied ${button.dataset.copy}`);
        setTimeout(() => delete button.dataset.done, 1500);
      });
    }
    if (event.target.closest("#show-shortcuts")) document.getElementById("shortcuts").showModal();
  });

  // Keys.
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") document.getElementById("shortcuts").showModal();
    else if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
    } else if (before === "g") document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`)?.click();
    before = event.key;
  });

  document.getElementById("show-shortcuts").hidden = false;
  improve(document);
  listen();
})();
