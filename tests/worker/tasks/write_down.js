// Writes its payload down where the test finds it.
module.exports = async (payload, helpers) => {
  await helpers.query("INSERT INTO written_down (job_id, payload) VALUES ($1, $2)", [helpers.job.id, JSON.stringify(payload)]);
};
