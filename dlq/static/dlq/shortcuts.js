// Keys for what the page offers anyway: whatever has aria-keyshortcuts is clicked, or given the focus where one types in it.
// Off while somebody types, and for whoever switches them off in the help.
"use strict";
(() => {
    const OFF = "dlq.shortcuts.off";
    const help = document.getElementById("dlq-keys");
    const isOff = () => localStorage.getItem(OFF) === "1";
    // A closed dialog keeps the focus until the next frame is drawn.
    const types = (element) =>
        element.closest("input:not([type=checkbox]), select, textarea, [contenteditable], dialog[open]");

    // The rows of the list: their links take the focus, so that Enter opens one.
    const links = () => [...document.querySelectorAll("#result_list tbody th a")];
    const rowInFocus = () => document.activeElement.closest("#result_list tbody tr");
    function move(by) {
        const all = links();
        const now = all.findIndex((link) => link.closest("tr") === rowInFocus());
        const next = all[now < 0 ? 0 : Math.min(Math.max(now + by, 0), all.length - 1)];
        next?.focus();
        next?.closest("tr").scrollIntoView({ block: "nearest" });
        return Boolean(next);
    }
    function tick() {
        const box = rowInFocus()?.querySelector(".action-select");
        box?.click();
        return Boolean(box);
    }
    // What acts on ticked rows acts on the one in focus where none is ticked.
    function act(element) {
        if (element.closest(".actions") && !document.querySelector(".action-select:checked")) tick();
        if (types(element)) element.focus();
        else element.click();
    }

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || types(event.target)) return;
        if (isOff() && event.key !== "?") return;
        const marked = document.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
        const done = { j: () => move(1), k: () => move(-1), x: tick }[event.key];
        if (marked) act(marked);
        else if (!done?.()) return;
        event.preventDefault();
    });

    const opens = document.querySelector(".dlq-keys-open");
    if (!help || !opens) return;
    const off = help.querySelector("input");
    opens.hidden = false;
    opens.addEventListener("click", () => {
        off.checked = !isOff();
        help.showModal();
    });
    off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "0" : "1"));
})();
