// An agent on the library of the Agent Client Protocol, which asks for a permission: node agent.mjs DIST/ACP.JS
import { Readable, Writable } from "node:stream";
const acp = await import(process.argv[2]);

class Agent {
  constructor(client) { this.client = client; }
  async initialize() { return { protocolVersion: acp.PROTOCOL_VERSION, agentCapabilities: { loadSession: false } }; }
  async authenticate() { return {}; }
  async newSession() { return { sessionId: "s1" }; }
  async cancel() {}
  async prompt({ sessionId }) {
    const { outcome } = await this.client.requestPermission({
      sessionId,
      toolCall: { toolCallId: "1", title: "change a file" },
      options: [
        { kind: "allow_once", name: "Allow", optionId: "allow" },
        { kind: "reject_once", name: "Refuse", optionId: "refuse" },
      ],
    });
    const text = `it was answered ${outcome.optionId}`;
    await this.client.sessionUpdate({
      sessionId, update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } },
    });
    return { stopReason: "end_turn" };
  }
}

const stream = acp.ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin));
new acp.AgentSideConnection((client) => new Agent(client), stream);
