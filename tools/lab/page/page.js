// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT
// What the page does in the browser itself: themes, the size and the keys of the terminal, the
// editor's text, and words for a connection that is lost. The server calls the functions of `lab`.
"use strict";

window.lab = (() => {
  const TEXT_MS = 200; // between two reports of the editor's text
  const KEPT = "lab-script"; // text that was typed while there was no connection
  let editor = null;
  let terminal = null;
  let dark = null; // as they are painted
  let resolveStarted;
  const started = new Promise((resolve) => (resolveStarted = resolve)); // the editor is there
  let ended = false;
  let reported = null; // the text as the server knows it
  let base = 0; // the number of the last text that came from the server
  let timer = null; // runs while there is text that the server does not know

  const colour = (name) => getComputedStyle(document.body).getPropertyValue(`--lab-${name}`).trim();

  // -- themes of what does not use page.css

  const isDark = () => document.body.classList.contains("body--dark");

  function paint() {
    dark = isDark();
    if (editor) editor.setTheme(dark ? "vscodeDark" : "vscodeLight");
    if (!terminal) return;
    const ink = colour("ink");
    terminal.options.theme = {
      background: colour("paper"), foreground: ink, cursor: ink, cursorAccent: colour("paper"),
      selectionBackground: dark ? "#3a5a80" : "#b5d3f5",
      red: colour("bad"), green: colour("good"), yellow: colour("warn"), blue: colour("accent"),
      brightRed: colour("bad"), brightGreen: colour("good"), brightYellow: colour("warn"),
      brightBlue: colour("accent"), white: ink, brightWhite: ink, brightBlack: colour("soft"),
    };
  }

  // -- the terminal

  // Tab is a key for the board. After Esc, and with Shift, it goes on to the next part of the page.
  function leaveByEscape(event) {
    if (event.type !== "keydown" || event.ctrlKey || event.altKey || event.metaKey) return true;
    const leaving = terminal.labLeaving;
    if (event.key !== "Shift") terminal.labLeaving = event.key === "Escape" && !leaving;
    if (event.key === "Escape") return leaving; // the second Esc goes to the board
    return !(event.key === "Tab" && (leaving || event.shiftKey || terminal.options.disableStdin));
  }

  function startTerminal(element, hint) {
    terminal = element.terminal;
    terminal.attachCustomKeyEventHandler(leaveByEscape);
    terminal.textarea.setAttribute("aria-describedby", hint);
    // The first size is that of a page whose style has not come yet.
    new ResizeObserver(() => element.$el.clientWidth && element.fit()).observe(element.$el);
  }

  // What is typed without a connection would reach the board late, all at once, or never.
  function takeKeys(connected) {
    terminal.options.disableStdin = !connected;
    terminal.element.parentElement.classList.toggle("lab-deaf", !connected);
  }

  // -- the editor: its whole text is reported, because two pages may change it at once

  const text = () => editor.editor.state.doc.toString();

  function report() {
    clearTimeout(timer);
    timer = null;
    if (!editor || text() === reported) return;
    reported = text();
    if (!window.socket.connected) sessionStorage.setItem(KEPT, reported);
    emitEvent("labText", base, reported.toWellFormed()); // half a character would not arrive
  }

  // The text goes before the order to run it.
  async function run(emit) {
    await started;
    report();
    emit();
  }

  function edited() {
    if (timer === null) timer = setTimeout(report, TEXT_MS);
  }

  async function setText(number, value) {
    await started;
    base = number;
    if (timer !== null) {
      reported = null; // somebody types here: that text is the newer one
      return;
    }
    reported = value;
    editor.setEditorValue(value);
  }

  async function mark(line) {
    await started;
    const there = line > 0 && line <= editor.editor.state.doc.lines;
    editor.setDecorations(there ? [{ kind: "line", line, class: "lab-wrong-line" }] : []);
    if (there) editor.revealLine(line);
  }

  async function startEditor(element) {
    await element.editorPromise;
    editor = element;
    reported = element.value; // as it came with the page; somebody may have typed since then
    const kept = sessionStorage.getItem(KEPT);
    const forget = () => sessionStorage.removeItem(KEPT);
    forget();
    window.socket.on("connect", forget); // then the socket sends what was reported without it
    if (kept !== null && text() === reported) editor.setEditorValue(kept);
    report();
    editor.editor.contentDOM.ariaLabel = "Script. Tab indents. To leave: Esc, then Tab.";
    resolveStarted();
    paint();
  }

  // -- lists that grow at their end: they stay there, unless somebody has scrolled away

  function followEnd(list) {
    let atEnd = true;
    list.addEventListener("scroll", () => {
      atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 8;
    });
    new MutationObserver(() => atEnd && list.scrollTo(0, list.scrollHeight)).observe(
      list, { childList: true, subtree: true, characterData: true });
    list.scrollTo(0, list.scrollHeight);
  }

  // -- the map, which is another one after each change

  function startMap(map) {
    let focused = null; // a part
    const placeOf = (event) => event.target.closest?.(".lab-map [data-part]");
    const press = (event) => {
      const place = placeOf(event);
      if (place) emitEvent("labPart", place.dataset.part);
      return place;
    };
    map.addEventListener("click", press);
    map.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key !== "Enter" && event.key !== " ") return;
      // A key that is held presses once. Space would go on to scroll the page.
      if (event.repeat ? placeOf(event) : press(event)) event.preventDefault();
    });
    document.addEventListener("focusin", (event) => (focused = placeOf(event)?.dataset.part ?? null));
    new MutationObserver(() => {
      // Else something has the focus that was not replaced.
      if (focused === null || document.activeElement !== document.body) return;
      const places = [...map.querySelectorAll(`[data-part="${focused}"]`)];
      places.find((place) => place.checkVisibility())?.focus({ preventScroll: true });
    }).observe(map, { childList: true, subtree: true });
  }

  // -- sliders: Quasar has the name and the value at an element around the one that has the focus

  function slider(id) {
    const outer = getElement(id)?.$el;
    const inner = outer?.querySelector("[tabindex]");
    if (!inner) return; // another part is shown already
    const move = () => {
      const names = outer.getAttributeNames();
      for (const name of names.filter((each) => each === "role" || each.startsWith("aria-"))) {
        inner.setAttribute(name, outer.getAttribute(name));
        outer.removeAttribute(name);
      }
    };
    move();
    new MutationObserver(move).observe(outer, { attributes: true });
  }

  // -- the start, and the end

  const WORDS = {
    lost: ["The lab does not answer.",
      "Until it does, the terminal takes no keys. This page comes back by itself. If the lab has ended, start it again: ./tools/cw lab"],
    ended: ["The lab has ended.", "Its boards and networks are gone. Start it again: ./tools/cw lab"],
  };

  function sayLost(words) {
    const spans = document.querySelectorAll("#popup > span");
    words.forEach((sentence, at) => (spans[at].textContent = sentence));
  }

  function end() {
    ended = true;
    const popup = document.getElementById("popup");
    sayLost(WORDS.ended);
    popup.classList.add("lab-ended");
    document.getElementById("app").inert = true;
    popup.ariaHidden = false;
    // After the answer to the server. The socket would try again, for ever.
    setTimeout(() => window.socket.disconnect());
  }

  function start(editorId, terminalId, hint) {
    if (editor || ended) return; // the connection has come back
    document.getElementById("popup").setAttribute("role", "status");
    sayLost(WORDS.lost);
    startTerminal(getElement(terminalId), hint);
    takeKeys(window.socket.connected);
    window.socket.on("connect", () => takeKeys(true));
    window.socket.on("disconnect", () => takeKeys(false));
    startEditor(getElement(editorId));
    // The class is written again at each drawing, and to read a colour costs a layout of the page.
    new MutationObserver(() => isDark() !== dark && paint()).observe(
      document.body, { attributeFilter: ["class"] });
    document.querySelectorAll(".lab-log").forEach(followEnd);
    startMap(document.querySelector(".lab-on-map"));
    paint();
  }

  const show = (selector) => document.querySelector(selector)?.scrollIntoView({
    block: "nearest",
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });

  function helped() {
    document.cookie = "lab-help=seen; max-age=31536000; path=/; samesite=strict";
  }

  return { start, end, edited, run, setText, mark, slider, show, helped };
})();
