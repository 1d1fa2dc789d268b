// A peer on rpc-websockets that adds, and has an event: node websockets.js PORT. What returns nothing is answered
// without a result.
const { Server } = require("rpc-websockets");
const server = new Server({ port: Number(process.argv[2]), host: "127.0.0.1" });
server.register("sum", ([a, b]) => a + b);
server.event("tick");
server.register("ticks", () => {
  server.emit("tick", { n: 1 });
});
