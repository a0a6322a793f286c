// Buttons with data-copies put the text of the element that they name into the clipboard. Hidden where there is no clipboard.
"use strict";
(() => {
    if (!navigator.clipboard) return;
    document.querySelectorAll("button[data-copies]").forEach((button) => {
        const label = button.textContent;
        const source = document.getElementById(button.dataset.copies);
        if (!source) return;
        button.hidden = false;
        button.addEventListener("click", async () => {
            const text = source.value ?? source.textContent;
            try {
                await navigator.clipboard.writeText(text);
                button.textContent = "Copied";
            } catch {
                button.textContent = "Not copied";
            }
            setTimeout(() => { button.textContent = label; }, 2000);
        });
    });
})();
