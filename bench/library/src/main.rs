//! Requeues entries as backfill's own batch endpoint does: lists those that match, then calls `requeue_dlq_job` for each.
//!
//! Arguments: the RFC 3339 times between which the entries failed, the most entries, and the milliseconds to wait after each
//! (the endpoint's default is 50). Environment: DATABASE_URL, and the queue's schema in DLQ_SCHEMA.
//! Prints the number of entries and the seconds that they took, connecting left out. Without arguments it makes the table, as the
//! library does it (`init_dlq`), and nothing else.

use std::{
    env,
    error::Error,
    time::{Duration, Instant},
};

use backfill::{BackfillClient, DlqFilter};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let client = BackfillClient::new_with_schema(&env::var("DATABASE_URL")?, &env::var("DLQ_SCHEMA")?).await?;
    if arguments.is_empty() {
        return Ok(client.init_dlq().await?);
    }
    let [after, before, most, pause] = arguments.as_slice() else {
        return Err("four arguments: failed after, failed before, most entries, pause in milliseconds".into());
    };
    let filter = DlqFilter {
        failed_after: Some(after.parse()?),
        failed_before: Some(before.parse()?),
        limit: Some(most.parse()?),
        ..Default::default()
    };
    let pause = Duration::from_millis(pause.parse()?);
    let begun = Instant::now();
    let entries = client.list_dlq_jobs(filter).await?.jobs;
    for entry in &entries {
        client
            .requeue_dlq_job(entry.id, Some("requeued by the benchmark".to_owned()))
            .await?;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    println!("{} {}", entries.len(), begun.elapsed().as_secs_f64());
    Ok(())
}
