// Refreshes what has data-live (seconds), for whoever switched that on. Not while somebody is at work with what is there: rows are
// ticked, something is typed, selected or opened, or the tab is hidden. An error pauses it until somebody switches it on again.
"use strict";
(() => {
    const ON = "dlq.live";
    const button = document.querySelector(".dlq-live");
    if (!button) return;
    const part = () => document.querySelector("[data-live]");
    const says = button.nextElementSibling;
    const isOn = () => sessionStorage.getItem(ON) === "1";
    let failed = false;
    let refreshed = Date.now();

    function why() {
        if (failed) return "paused: no answer";
        const focused = document.activeElement;
        if (document.querySelector(".action-select:checked")) return "paused: rows are ticked";
        if (focused.matches("input:not([type=checkbox]), select, textarea")) return "paused while you type";
        if (!getSelection().isCollapsed) return "paused: text is selected";
        if (part().querySelector("details[open]") || part().contains(focused)) return "paused: you are reading";
        return "";
    }
    function show() {
        button.setAttribute("aria-pressed", String(isOn()));
        const state = isOn() ? why() : "";
        if (says.textContent !== state) says.textContent = state;
    }
    function beat() {
        show();
        const isDue = Date.now() - refreshed >= part().dataset.live * 1000;
        if (!isOn() || document.hidden || !isDue || why()) return;
        refreshed = Date.now();
        htmx.trigger(part(), "dlq:refresh");
    }
    button.hidden = false;
    button.addEventListener("click", () => {
        sessionStorage.setItem(ON, isOn() && !failed ? "0" : "1");
        failed = false;
        refreshed = 0;
        beat();
    });
    for (const error of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
        document.addEventListener(error, (event) => {
            if (event.target === part()) failed = true;
            show();
        });
    }
    show();
    setInterval(beat, 1000);
})();
