// Fails for as long as its payload says so.
module.exports = async (payload) => {
  if (payload.fails) throw new Error("mail server is down");
};
