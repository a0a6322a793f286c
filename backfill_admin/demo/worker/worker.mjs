// The worker of the first run: the real graphile-worker with tasks of which some succeed, some fail now and then, and some
// fail every time, so that requeued jobs really run and partly come back.
//
//     node worker.mjs CONNECTION_URL SCHEMA WORKER_HOME
import { createRequire } from "node:module";
import path from "node:path";

const [url, schema, home] = process.argv.slice(2);
const require = createRequire(path.join(home, "package.json"));
const { run, Logger } = require("graphile-worker");

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A task that fails with this chance (0 to 1). */
const task = (chance, message) => async (payload) => {
    await pause(50 + Math.random() * 250);
    if (Math.random() < chance) {
        throw new Error(message(payload ?? {}));
    }
};

const taskList = {
    send_email: task(0.3, (p) => `connect ECONNREFUSED smtp.example.com:587 while mailing customer ${p.customer_id}`),
    charge_card: task(0.5, (p) => `card_declined: insufficient funds for order ${p.order?.id}`),
    sync_crm: task(0.2, () => "HTTP 503 Service Unavailable from crm.example.com"),
    resize_image: task(0, () => ""),
    generate_invoice: task(0.1, () => "could not serialize access due to concurrent update"),
    export_report: task(1, () => "ENOSPC: no space left on device, write '/tmp/report.csv'"),
    deliver_webhook: task(0.6, (p) => `HTTP 500 from ${p.url ?? "https://hooks.example.com"}`),
    import_products: task(0.4, () => "Unexpected token < in JSON at position 0"),
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
