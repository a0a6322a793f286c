// A click on a download also begins to watch it. (htmx itself would keep the link from being followed.)
"use strict";
document.querySelectorAll("a[data-watch]").forEach((link) => {
    link.addEventListener("click", () => {
        setTimeout(() => htmx.trigger(link.dataset.watch, "dlq:begin"), 300);
    });
});
