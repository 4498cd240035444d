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

  // Roles and names that the panes need for the keyboard and for screen readers.
  function label() {
    for (const [id, name] of [["talk", "Conversation"], ["pane-brief", "Brief"], ["pane-feedback", "Feedback"]]) {
      const found = document.getElementById(id);
      if (found && found.tabIndex !== 0) {
        found.tabIndex = 0;
        found.setAttribute("role", "region");
        found.setAttribute("aria-label", name);
      }
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
