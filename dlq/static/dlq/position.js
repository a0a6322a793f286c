// Whoever opens a failed job from the list, or acts on some, comes back to where they were on the page.
"use strict";
(() => {
    const LEFT = "dlq.left";
    const form = document.getElementById("changelist-form");
    const here = location.pathname + location.search;
    const left = JSON.parse(sessionStorage.getItem(LEFT) || "null");
    if (form && left && left.address === here) {
        sessionStorage.removeItem(LEFT);
        scrollTo(0, left.at);
    }
    const leave = () => sessionStorage.setItem(LEFT, JSON.stringify({ address: here, at: scrollY }));
    form?.addEventListener("submit", leave);
    form?.addEventListener("click", (event) => {
        if (event.target.closest("#result_list tbody th a")) leave();
    });
})();
