// A peer on @open-rpc/server-js that adds: node openrpc.js HTTP-PORT WEBSOCKET-PORT
const { Server } = require("@open-rpc/server-js");
const [http, websocket] = process.argv.slice(2).map(Number);

const number = { type: "number" };
new Server({
  openrpcDocument: {
    openrpc: "1.2.6",
    info: { title: "sums", version: "1" },
    methods: [
      {
        name: "add",
        params: [{ name: "a", schema: number }, { name: "b", schema: number }],
        result: { name: "sum", schema: number },
      },
    ],
  },
  methodMapping: { add: async (a, b) => a + b },
  transportConfigs: [
    { type: "HTTPTransport", options: { port: http, middleware: [] } },
    { type: "WebSocketTransport", options: { port: websocket, middleware: [] } },
  ],
}).start();
