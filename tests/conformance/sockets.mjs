// Watches cases with the clients of others: node sockets.mjs http://127.0.0.1:8000 TOKEN
// Prints "ready" once both stand, then what each was told of two events, then ends.
import { createClient as createSocket } from "graphql-ws";
import { createClient as createStream } from "graphql-sse";
import WebSocket from "ws";

const [base, token] = process.argv.slice(2);
if (!token) {
  console.error("usage: node sockets.mjs URL TOKEN");
  process.exit(2);
}
const authorization = `Bearer ${token}`;
const EVENTS = 2;
const query = "subscription { applicationChanged(input: {}) { seq kind application { id state } } }";

const socket = createSocket({
  url: `${base.replace("http", "ws")}/graphql/ws`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
  retryAttempts: 0,
});

let streaming = () => {};
const stream = createStream({
  url: `${base}/graphql/stream`,
  headers: { authorization },
  retryAttempts: 0,
  on: { connected: () => streaming() },
});

// The data of so many answers, or the errors.
function take(client, payload, count) {
  return new Promise((resolve) => {
    const told = [];
    const stop = client.subscribe(payload, {
      next: (answer) => {
        told.push(answer.errors ? answer.errors[0].extensions.code : answer.data);
        if (told.length === count) {
          stop();
          resolve(told);
        }
      },
      error: (error) => resolve(Array.isArray(error) ? [error[0].extensions.code] : [String(error)]),
      complete: () => resolve(told),
    });
  });
}

const once = async (client) => [
  await take(client, { query: "{ me { login } }" }, Infinity),
  await take(client, { query: "subscription { nothing }" }, Infinity),
];
const answers = [await once(socket), await once(stream)];

const socketEvents = take(socket, { query }, EVENTS);
// What a socket is asked next is answered after the subscription stands.
await take(socket, { query: "{ __typename }" }, Infinity);
const watched = new Promise((resolve) => (streaming = resolve));
const streamEvents = take(stream, { query }, EVENTS);
await watched;
console.log("ready");
console.log(JSON.stringify({ answers, events: [await socketEvents, await streamEvents] }));
await socket.dispose();
stream.dispose();
process.exit(0);
