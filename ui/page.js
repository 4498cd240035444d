// The few things that need no server: panes as tabs on a phone, the chat kept at its end,
// and a word while the engine is loading.
(() => {
  const PANES = ["brief", "chat", "feedback"];
  const TITLES = { brief: "Brief", chat: "Chat", feedback: "Feedback" };
  const root = document.documentElement;
  root.lang = "en";
  root.dataset.pane = "chat";

  function choose(name, focus) {
    root.dataset.pane = name;
    for (const pane of PANES) {
      const tab = document.getElementById(`tab-${pane}`);
      const on = pane === name;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      if (on && focus) tab.focus();
    }
    if (name === "chat") toEnd();
  }

  function tabs() {
    const panes = document.getElementById("panes");
    if (!panes || document.getElementById("tabs")) return;
    const list = document.createElement("div");
    list.id = "tabs";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Parts of the practice");
    for (const pane of PANES) {
      const tab = document.createElement("button");
      tab.id = `tab-${pane}`;
      tab.type = "button";
      tab.textContent = TITLES[pane];
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", `pane-${pane}`);
      tab.addEventListener("click", () => choose(pane));
      list.append(tab);
    }
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (PANES.indexOf(root.dataset.pane) + step + PANES.length) % PANES.length;
      choose(PANES[next], true);
    });
    panes.before(list);
    choose(root.dataset.pane);
  }

  // Roles and names for the keyboard and for screen readers: side by side the panes are regions,
  // as tabs they are tab panels. Gradio mounts some of them late, so this runs at every change.
  const narrow = matchMedia("(max-width: 900px)");
  function label() {
    const region = (found, name) => set(found, { role: "region", "aria-label": name });
    for (const pane of PANES) {
      const found = document.getElementById(`pane-${pane}`);
      if (!found) continue;
      if (narrow.matches) {
        found.removeAttribute("aria-label");
        set(found, { role: "tabpanel", "aria-labelledby": `tab-${pane}`, tabindex: "0" });
      } else {
        found.removeAttribute("aria-labelledby");
        region(found, TITLES[pane]);
        // A pane that scrolls can be scrolled by keyboard; the chat scrolls inside it.
        if (pane !== "chat") set(found, { tabindex: "0" });
      }
    }
    for (const [id, name] of [["talk", "Conversation"], ["help", "Help"]]) {
      const found = document.getElementById(id);
      if (!found) continue;
      if (found.textContent.trim()) {
        region(found, name);
        set(found, { tabindex: "0" });
      } else {
        for (const name of ["role", "aria-label", "tabindex"]) found.removeAttribute(name);
      }
    }
  }
  narrow.addEventListener("change", label);

  function set(found, wanted) {
    for (const [name, value] of Object.entries(wanted)) {
      if (found.getAttribute(name) !== value) found.setAttribute(name, value);
    }
  }

  let last = "";
  function toEnd() {
    const talk = document.getElementById("talk");
    if (!talk) return;
    const now = talk.textContent;
    if (now !== last) talk.scrollTop = talk.scrollHeight;
    last = now;
  }

  new MutationObserver(() => { tabs(); label(); toEnd(); })
    .observe(root, { childList: true, subtree: true });

  async function wait() {
    let state = "waking";
    try { state = (await (await fetch("/readyz")).json()).state; } catch { /* asked again */ }
    root.dataset.room = state;
    if (state === "waking") setTimeout(wait, 1000);
  }
  root.dataset.room = "unknown";
  wait();
})();
