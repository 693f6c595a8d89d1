// Onedoor and the district's subgraph, composed and behind Apollo's gateway: node --test composed.test.mjs
// Settings come as JSON in ONEDOOR: { url, roles, clients, users, application, person, version }.
import { composeServices } from "@apollo/composition";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { parse } from "graphql";
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { district, serve } from "./district.mjs";

const { url, roles, clients, users, application, person, version } = JSON.parse(process.env.ONEDOOR);

async function service(headers) {
  const body = JSON.stringify({ query: "{ _service { sdl } }" });
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  return data._service.sdl;
}

function compose(sdl, at) {
  const subgraphs = [{ name: "onedoor", url, typeDefs: parse(sdl) }, { name: "district", url: at, typeDefs: district }];
  const { errors, supergraphSdl } = composeServices(subgraphs);
  assert.equal(errors, undefined, errors?.join("\n"));
  return supergraphSdl;
}

/** What the router sends on: the user's identity to everybody, its own name to Onedoor alone. */
class Source extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.user) request.http.headers.set("authorization", `Bearer ${context.user}`);
    if (context.client && this.url === url) request.http.headers.set("onedoor-client", `Bearer ${context.client}`);
  }
}

let other;
let gateway;
let executor;

before(async () => {
  const calls = [
    { on: "2018-11-21", about: application, caller: person },
    { on: "2018-11-20", about: application, caller: null },
  ];
  other = await serve(url, calls);
  // Pinned: the schema of the gateway's own role, as its client token is shown it.
  const sdl = await service({ "onedoor-client": `Bearer ${clients.gateway}` });
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  gateway = new ApolloGateway({
    supergraphSdl: compose(sdl, other.url),
    buildService: (definition) => new Source(definition),
    logger: silent,
  });
  ({ executor } = await gateway.load());
});

after(async () => {
  await gateway?.stop();
  other?.stop();
});

async function ask(query, user, variables = {}, client = clients.gateway) {
  const request = { query, variables };
  const answer = await executor({
    request,
    document: parse(query),
    operationName: null,
    queryHash: query,
    context: { user: users[user], client },
    metrics: {},
    schema: gateway.schema,
    overallCachePolicy: {},
  });
  return JSON.parse(JSON.stringify(answer));
}

const codes = ({ errors }) => (errors ?? []).map((error) => error.extensions.code).sort();
const at = (errors, code) => errors.filter((error) => error.extensions.code === code).map((error) => error.path?.join("."));

for (const [role, user] of Object.entries(roles)) {
  test(`the subgraph of ${role} composes with another`, async () => {
    compose(await service(user ? { authorization: `Bearer ${user}` } : {}), "http://127.0.0.1:1/");
  });
}

const JOIN = `{
  calls(first: 1) {
    nodes { on about { number calls file household { address } } caller { nameZh sex idNumber calls file } }
    pageInfo { hasNextPage }
  }
}`;

test("one query joins both subgraphs, there and back, for a user of the district", async () => {
  const { data, errors } = await ask(JOIN, "da_civil");
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.deepEqual(data.calls.pageInfo, { hasNextPage: true });
  const [{ on, about, caller }] = data.calls.nodes;
  assert.equal(on, "2018-11-21");
  assert.deepEqual([about.calls, about.file], [2, `file of ${application}`]);
  assert.match(about.number, /2018/);
  assert.ok(about.household.address !== undefined && "nameZh" in caller && "idNumber" in caller);
  assert.deepEqual([caller.calls, caller.file], [1, `file of ${person}`]);

  const back = await ask("query($id: ID!) { node(id: $id) { id ... on Application { number calls } } }", "da_civil", { id: application });
  assert.equal(back.errors, undefined, JSON.stringify(back.errors));
  assert.deepEqual(back.data.node, { id: application, number: about.number, calls: 2 });
});

test("fields refused in both places are null with their codes, and the fetch stays whole", async () => {
  const { data, errors } = await ask(JOIN, "tl");
  const [{ about, caller }] = data.calls.nodes;
  assert.match(about.number, /2018/);
  assert.deepEqual([about.calls, about.file, caller.calls, caller.file, caller.idNumber], [2, null, 1, null, null]);
  assert.equal(typeof caller.sex, "string");
  assert.deepEqual(codes({ errors }), ["DISTRICT_ONLY", "DISTRICT_ONLY", "NOT_IN_SCHEMA"]);
  assert.ok(at(errors, "NOT_IN_SCHEMA")[0].endsWith("idNumber"), JSON.stringify(errors));
});

test("a row of another place is as if it did not exist, also through the gateway", async () => {
  const { data } = await ask(JOIN, "vw_001");
  const [{ about, caller }] = data.calls.nodes;
  // A case has its number, or it is none.
  assert.equal(about, null);
  assert.deepEqual([caller.nameZh, caller.idNumber, caller.calls], [null, null, 1]);
});

test("a gateway without a user has public values and nothing else", async () => {
  const { data, errors } = await ask(`{ policyDocuments(first: 1) { nodes { id } } applications(first: 1) { totalCount } me { login } }`, "nobody");
  assert.equal(data.policyDocuments.nodes.length, 1);
  assert.deepEqual([data.applications, data.me], [null, null]);
  assert.deepEqual([...new Set(codes({ errors }))], ["NOT_IN_SCHEMA"]);
  const joined = await ask(JOIN, "nobody");
  const [{ about, caller }] = joined.data.calls.nodes;
  assert.deepEqual([about, caller.nameZh, caller.calls], [null, null, 1]);
});

for (const wrong of ["unknown", "expired", "revoked", "user"]) {
  test(`a client token that is wrong (${wrong}) gets nothing, whoever the user is`, async () => {
    const { data, errors } = await ask("{ applications(first: 1) { totalCount } }", "da_civil", {}, clients[wrong]);
    assert.equal(data?.applications ?? null, null);
    assert.ok(errors.length > 0 && JSON.stringify(errors).includes("401"), JSON.stringify(errors));
  });
}

test("without the gateway's own token a user's schema lacks fields, and the fetch fails", async () => {
  const { data, errors } = await ask(JOIN, "tl", {}, null);
  assert.equal(data.calls.nodes[0].caller.sex, null, "the field the user has is lost with the one the user has not");
  assert.ok(codes({ errors }).includes("GRAPHQL_VALIDATION_FAILED"), JSON.stringify(errors));
});

const APPROVE = `mutation($input: DibaoApproveInput!) {
  dibaoApprove(input: $input) { decision { application { state calls } } userErrors { code } }
}`;
const input = { idempotencyKey: "through-the-gateway", applicationId: application, expectedVersion: version };

test("an act that is not the user's is not there; one that is the user's is done, and joined", async () => {
  const refused = await ask(APPROVE, "tw", { input });
  assert.equal(refused.data?.dibaoApprove ?? null, null);
  assert.deepEqual([...new Set(codes(refused))], ["GRAPHQL_VALIDATION_FAILED"]);
  const { data, errors } = await ask(APPROVE, "da_civil", { input });
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.deepEqual(data.dibaoApprove.userErrors, []);
  assert.equal(data.dibaoApprove.decision.application.calls, 2);
});
