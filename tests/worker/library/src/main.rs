//! A worker of the backfill library as its users run it, that fails as its jobs say and writes down how each attempt ended.
//!
//! Environment: DATABASE_URL, and the queue's schema in DLQ_SCHEMA. It works until its input ends. Each line that it prints is the
//! id of a job and how an attempt of it ended: `succeeded` or `failed`.

use std::{env, error::Error, io::Read, thread, time::Duration};

use backfill::{IntoTaskHandlerResult, TaskHandler, WorkerConfig, WorkerContext, WorkerError, WorkerRunner};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Serialize, Deserialize)]
struct SendEmail {
    #[serde(default)]
    fails: bool,
    /// With an error that the library does not retry.
    #[serde(default)]
    for_good: bool,
    #[serde(default)]
    milliseconds: u64,
}

impl TaskHandler for SendEmail {
    const IDENTIFIER: &'static str = "send_email";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        tokio::time::sleep(Duration::from_millis(self.milliseconds)).await;
        let job = context.job().id();
        if self.fails {
            println!("{job} failed");
            if self.for_good {
                return Err(WorkerError::ValidationFailed { message: "no such mailbox".to_owned() });
            }
            return Err(WorkerError::JobFailed { message: "mail server is down".to_owned() });
        }
        println!("{job} succeeded");
        Ok::<(), WorkerError>(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = WorkerConfig::new(env::var("DATABASE_URL")?)
        .with_schema(env::var("DLQ_SCHEMA")?)
        .with_poll_interval(Duration::from_millis(50))
        .with_dlq_processor_interval(Some(Duration::from_secs(60)));
    let stop = CancellationToken::new();
    let input_ended = stop.clone();
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        input_ended.cancel();
    });
    let worker = WorkerRunner::builder(config).await?.define_job::<SendEmail>().build().await?;
    worker.run_until_cancelled(stop).await?;
    Ok(())
}
