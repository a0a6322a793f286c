// Keeps what is typed into a textarea with data-draft while the tab lives, until the page shows it as saved: a log-in that ended,
// or another button of the page, must not lose it. data-draft names the person, whose drafts nobody else sees.
"use strict";
document.querySelectorAll("textarea[data-draft]").forEach((field) => {
    const key = ["dlq-draft", field.dataset.draft, location.pathname, field.name].join(" ");
    const kept = sessionStorage.getItem(key);
    field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
    if (kept === null) {
        return;
    }
    if (kept.trim() === field.value.trim()) {
        sessionStorage.removeItem(key);
        return;
    }
    const saved = field.value;
    field.value = kept;
    const told = document.createElement("p");
    told.className = "dlq-quiet";
    told.setAttribute("role", "status");
    told.textContent = "What you had typed is back, and not saved yet. ";
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "dlq-plain";
    discard.textContent = "Discard it";
    discard.addEventListener("click", () => {
        field.value = saved;
        sessionStorage.removeItem(key);
        told.remove();
        field.focus();
    });
    told.append(discard);
    field.after(told);
});
