// Runs long enough to be met while it runs, and writes its payload down where the test finds it.
module.exports = async (payload, helpers) => {
  await new Promise((done) => setTimeout(done, payload.milliseconds));
  await helpers.query("INSERT INTO written_down (job_id, payload) VALUES ($1, $2)", [helpers.job.id, JSON.stringify(payload)]);
};
