// Fails each time, as a broken task does.
module.exports = async (payload) => {
  throw new Error(`no mail server for ${payload.customer}`);
};
