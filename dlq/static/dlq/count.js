// Says how many "everything that matches" is, wherever that is offered, once it has been counted.
"use strict";
document.addEventListener("htmx:afterSettle", () => {
    const number = document.getElementById("dlq-count")?.dataset.number;
    document.querySelectorAll(".dlq-selected-count").forEach((span) => {
        span.textContent = number ? `: ${number}` : "";
    });
});
