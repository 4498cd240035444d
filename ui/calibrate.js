// The next reply begins at the top with the first level in focus; a digit chooses a level.
(() => {
  document.documentElement.lang = "en";
  let last = "";

  // What scrolls beside the levels is a named region that the keyboard can scroll.
  function label() {
    const read = document.getElementById("read");
    if (!read || read.tabIndex === 0) return;
    read.tabIndex = 0;
    read.setAttribute("role", "region");
    read.setAttribute("aria-label", "Reply to rate");
  }

  function begin() {
    const shown = document.querySelector("#item .over")?.textContent ?? "";
    const level = document.querySelector("#judge input[type=radio]");
    // A panel is empty for a moment while Gradio fills it.
    if (!shown || shown === last || !level) return;
    last = shown;
    scrollTo(0, 0);
    level.focus({ preventScroll: true });
  }

  // The form is longer than a phone: what was refused is brought into sight.
  let told = "";
  function tell() {
    const notice = document.querySelector("#notice .notice");
    const now = notice?.textContent ?? "";
    if (now && now !== told) notice.scrollIntoView({ block: "center" });
    told = now;
  }

  document.addEventListener("keydown", (event) => {
    const group = event.target.closest?.(".choice");
    if (event.target.type !== "radio" || !group || !/^[0-3]$/.test(event.key)) return;
    const wanted = group.querySelectorAll("input[type=radio]")[Number(event.key)];
    wanted.focus();
    wanted.click();
  });

  new MutationObserver(() => { label(); begin(); tell(); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
