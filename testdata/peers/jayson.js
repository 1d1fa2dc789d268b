// A peer on jayson that adds: node jayson.js HTTP-PORT TCP-PORT
const jayson = require("jayson");
const [http, tcp] = process.argv.slice(2).map(Number);

const server = new jayson.Server({
  add: ([a, b], done) => done(null, a + b),
  fail: (_, done) => done({ code: -32000, message: "failed as asked" }),
});
server.http().listen(http, "127.0.0.1");
server.tcp().listen(tcp, "127.0.0.1");
