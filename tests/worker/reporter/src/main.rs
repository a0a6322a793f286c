//! A worker of the backfill library whose task `report` fails every time, after it has written its own entry where the payload
//! says so; and the library's processor, alone.
//!
//! Arguments: `work` or `process`, and for how many milliseconds. Environment: DATABASE_URL, and the queue's schema in
//! DLQ_SCHEMA. `work` prints the id of each job that it ran, and `process` how many jobs it moved.

use std::{env, error::Error, sync::OnceLock, time::Duration};

use backfill::{BackfillClient, IntoTaskHandlerResult, TaskHandler, WorkerConfig, WorkerContext, WorkerRunner};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

const TICK: Duration = Duration::from_millis(20);

static CLIENT: OnceLock<BackfillClient> = OnceLock::new();

#[derive(Serialize, Deserialize)]
struct Report {
    n: i64,
    own_entry: bool,
}

impl TaskHandler for Report {
    const IDENTIFIER: &'static str = "report";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        println!("{}", ctx.job().id());
        if self.own_entry {
            let client = CLIENT.get().expect("connected before the worker starts");
            client
                .add_to_dlq(ctx.job(), "its own reason", Some(serde_json::json!({"own": self.n})))
                .await
                .expect("the table takes the entry");
        }
        Err::<(), String>(format!("failed {}", self.n))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [what, milliseconds] = arguments.as_slice() else {
        return Err("two arguments: work or process, and milliseconds".into());
    };
    let (url, schema) = (env::var("DATABASE_URL")?, env::var("DLQ_SCHEMA")?);
    let time = Duration::from_millis(milliseconds.parse()?);
    let client = BackfillClient::new_with_schema(&url, &schema).await?;
    if what == "process" {
        let (begun, mut moved) = (Instant::now(), 0);
        while begun.elapsed() < time {
            moved += client.process_failed_jobs().await?;
            sleep(TICK).await;
        }
        println!("{moved}");
        return Ok(());
    }
    CLIENT.set(client).map_err(|_| "connected twice")?;
    let config = WorkerConfig::new(url)
        .with_schema(schema)
        .with_concurrency(8)
        .with_poll_interval(TICK)
        .with_dlq_processor_interval(None);
    let worker = WorkerRunner::builder(config).await?.define_job::<Report>().build().await?;
    let stop = CancellationToken::new();
    let running = worker.spawn_background(stop.clone());
    sleep(time).await;
    stop.cancel();
    running.await??;
    Ok(())
}
