// The district's own subgraph: calls to its hotline, about persons and cases that Onedoor keeps.
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, GraphQLError, parse } from "graphql";
import { createServer } from "node:http";

export const district = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key", "@shareable"])

  type Query {
    "Calls to the hotline, the latest first."
    calls(first: Int = 10): CallConnection!
  }

  type CallConnection { nodes: [Call!]! pageInfo: PageInfo! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Call { on: Date! about: Application caller: Person }
  scalar Date

  type Application @key(fields: "id") {
    id: ID!
    "Number of calls about it."
    calls: Int!
    "The hotline's file; for the district's own staff only."
    file: String
  }

  type Person @key(fields: "id") { id: ID! calls: Int! file: String }
`);

/** Who asks, as Onedoor knows them; the district keeps no users of its own. */
async function role(onedoor, authorization) {
  if (!authorization) return null;
  const answer = await fetch(onedoor, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({ query: "{ me { role } }" }),
  });
  return (await answer.json()).data?.me?.role ?? null;
}

/** Serves the calls; answers the URL and how to stop. */
export async function serve(onedoor, calls) {
  const count = (key, id) => calls.filter((call) => call[key] === id).length;
  const file = (id, { role }) => {
    if (role?.startsWith("D")) return `file of ${id}`;
    throw new GraphQLError("this file is the district's", { extensions: { code: "DISTRICT_ONLY" } });
  };
  const entity = (key) => ({
    __resolveReference: ({ id }) => ({ id }),
    calls: ({ id }) => count(key, id),
    file: ({ id }, _, context) => file(id, context),
  });
  const schema = buildSubgraphSchema({
    typeDefs: district,
    resolvers: {
      Query: {
        calls: (_, { first }) => ({
          nodes: calls.slice(0, first),
          pageInfo: { hasNextPage: calls.length > first, hasPreviousPage: false },
        }),
      },
      Call: { about: ({ about }) => about && { id: about }, caller: ({ caller }) => caller && { id: caller } },
      Application: entity("about"),
      Person: entity("caller"),
    },
  });
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const contextValue = { role: await role(onedoor, request.headers.authorization) };
    const answer = await graphql({ schema, source: query, variableValues: variables, operationName, contextValue });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}
