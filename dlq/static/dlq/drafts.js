// Keeps what is typed into the textareas with data-draft of a form while the tab lives, until it is saved: a log-in that ended, or
// another button of the page, must not lose it. data-draft names the person, whose drafts nobody else sees. A draft has the texts,
// what the form's "seen" said when it was begun, and whether it was sent; the answer to a save has an address that ends in #saved.
"use strict";
(() => {
    const isSaved = location.hash === "#saved";
    if (isSaved) {
        // A reload must not take a newer draft for saved.
        history.replaceState(history.state, "", location.pathname + location.search);
    }
    const typed = [...document.querySelectorAll("textarea[data-draft]")];
    new Set(typed.map((field) => field.form)).forEach((form) => {
        const fields = typed.filter((field) => field.form === form);
        const { seen } = form.elements;
        const key = ["dlq-draft", fields[0].dataset.draft, location.pathname].join(" ");
        const texts = () => fields.map((field) => field.value);
        const fill = (version) => {
            fields.forEach((field, at) => (field.value = version.texts[at]));
            seen.value = version.seen;
        };
        const shown = { texts: texts(), seen: seen.value };
        let draft = JSON.parse(sessionStorage.getItem(key));
        const keep = (changed) => {
            draft = changed;
            sessionStorage.setItem(key, JSON.stringify(draft));
        };
        form.addEventListener("input", (event) => {
            if (fields.includes(event.target)) {
                keep({ texts: texts(), seen: seen.value, sent: false });
            }
        });
        form.addEventListener("submit", () => draft && keep({ ...draft, sent: true }));
        // A newer version of the page may have other fields.
        if (draft?.texts.length !== fields.length) {
            return;
        }
        if (isSaved && draft.sent) {
            keep(null);
            return;
        }
        if (draft.texts.every((text, at) => text.trim() === shown.texts[at].trim())) {
            // The answer to a save that was refused: it has the texts, and shows beside them what somebody else saved.
            keep({ ...draft, seen: shown.seen, sent: false });
            return;
        }
        // With what it saw: what somebody else saved meanwhile is then shown beside it, instead of being overwritten.
        fill(draft);
        keep({ ...draft, sent: false });
        const told = document.createElement("p");
        told.className = "dlq-quiet";
        told.setAttribute("role", "status");
        told.textContent = "What you had typed is back, and not saved yet. ";
        if (draft.seen !== shown.seen) {
            told.append("Somebody changed this meanwhile: saving shows you both first. ");
        }
        const discard = document.createElement("button");
        discard.type = "button";
        discard.className = "dlq-plain";
        discard.textContent = "Discard it";
        discard.addEventListener("click", () => {
            fill(shown);
            keep(null);
            told.remove();
            fields[0].focus();
        });
        told.append(discard);
        fields.at(-1).after(told);
    });
})();
