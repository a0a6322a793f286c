// Leaves untouched inputs out of the address, so that a filter stays short enough to be read and sent to a colleague; what is
// typed where several values are in force replaces them.
"use strict";
document.querySelectorAll("form.dlq-filter").forEach((form) => {
    form.querySelectorAll("[data-replaces]").forEach((input) => {
        input.title = `What you type replaces ${input.dataset.replaces}`;
    });
    form.addEventListener("formdata", (event) => {
        form.querySelectorAll("[data-replaces]").forEach((input) => {
            if (input.value.trim()) {
                event.formData.set(input.name, input.value);
            }
        });
        for (const [name, value] of [...event.formData.entries()]) {
            if (!value) {
                const kept = event.formData.getAll(name).filter((other) => other);
                event.formData.delete(name);
                kept.forEach((other) => event.formData.append(name, other));
            }
        }
    });
});
