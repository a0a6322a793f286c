// The worker of the first run: the real graphile-worker, with tasks that do what the story of the samples says. No chance: the
// payload alone decides, so what is requeued recovers or comes back the same way each time.
//
//     node worker.mjs CONNECTION_URL SCHEMA WORKER_HOME
import { createRequire } from "node:module";
import path from "node:path";

const [url, schema, home] = process.argv.slice(2);
const require = createRequire(path.join(home, "package.json"));
const { run, Logger } = require("graphile-worker");

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A task that fails with what `problem` says of its payload, and succeeds where that is nothing. */
const task = (problem) => async (payload) => {
    await pause(50);
    const message = problem(payload ?? {});
    if (message) {
        throw new Error(message);
    }
};

const taskList = {
    // The mail server is back; some customers have no mailbox any more.
    send_email: task((p) => p.to?.endsWith("@closed.example") && `550 5.1.1 <${p.to}>: no such user`),
    // A deployment sent the currency in small letters: to be edited.
    charge_card: task((p) => {
        const currency = p.order?.currency ?? "EUR";
        return /^[A-Z]{3}$/.test(currency) ? "" : `order ${p.order.id}: order.currency must be in capitals, not "${currency}"`;
    }),
    // Noise: to be deleted.
    warm_cache: task((p) => `page ${p.page} does not exist any more`),
    // One customer has moved its hooks: to be edited.
    deliver_webhook: task((p) => p.url?.startsWith("https://hooks.nordwind.example/v1/") && `HTTP 410 Gone from ${p.url}`),
    // Broken files and a full disk: nothing that a requeue cures.
    resize_image: task((p) => `PIL.UnidentifiedImageError: cannot identify image file '${p.file}'`),
    export_report: task(() => "ENOSPC: no space left on device, write '/tmp/report.csv'"),
    // Passing troubles.
    sync_crm: task(() => ""),
    generate_invoice: task(() => ""),
    import_products: task(() => ""),
};

const runner = await run({
    connectionString: url,
    schema,
    concurrency: 4,
    pollInterval: 1000,
    taskList,
    logger: new Logger(() => () => {}),
});
await runner.promise;
