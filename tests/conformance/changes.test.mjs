// Each kind of change is seen, and sorted by whom it hurts: node --test changes.test.mjs
import assert from "node:assert/strict";
import test from "node:test";
import { buildSchema, introspectionFromSchema } from "graphql";
import { compare, difference } from "./changes.mjs";

const base = `
  interface Node { id: ID! }
  type Case implements Node { id: ID! state: State! note: String amount(currency: String): Int! }
  enum State { OPEN CLOSED }
  input Filter { state: State from: Int! }
  type Query { case(id: ID!): Case cases(filter: Filter, first: Int = 20): [Case!]! }
  type Mutation { close(id: ID!): Case }
`;

const changed = (from, to) => {
  assert.ok(base.includes(from), from);
  return compare(base, base.replace(from, to));
};

const breaking = [
  ["a type removed", "interface Node { id: ID! }\n  type Case implements Node {", "type Case {", "TYPE_REMOVED Node was removed."],
  ["an interface left", "type Case implements Node", "type Case", "IMPLEMENTED_INTERFACE_REMOVED Case no longer implements interface Node."],
  ["a field removed", " note: String", "", "FIELD_REMOVED Case.note was removed."],
  ["a mutation removed", "close(id: ID!): Case", "shut(id: ID!): Case", "FIELD_REMOVED Mutation.close was removed."],
  ["a field of another type", "note: String", "note: Int", "FIELD_CHANGED_KIND Case.note changed type from String to Int."],
  ["an output that may now be null", "state: State!", "state: State", "FIELD_CHANGED_KIND Case.state changed type from State! to State."],
  ["an enum value removed", "OPEN CLOSED", "OPEN", "VALUE_REMOVED_FROM_ENUM CLOSED was removed from enum type State."],
  ["an argument removed", "(currency: String)", "", "ARG_REMOVED Case.amount arg currency was removed."],
  ["an argument of another type", "currency: String", "currency: Int", "ARG_CHANGED_KIND Case.amount arg currency has changed type from String to Int."],
  ["an argument that must now be given", "currency: String", "currency: String!", "ARG_CHANGED_KIND Case.amount arg currency has changed type from String to String!."],
  ["a required argument added", "close(id: ID!)", "close(id: ID!, reason: String!)", "REQUIRED_ARG_ADDED A required arg reason on Mutation.close was added."],
  ["an input field removed", "state: State from", "from", "FIELD_REMOVED Filter.state was removed."],
  ["an input that must now be given", "{ state: State from", "{ state: State! from", "FIELD_CHANGED_KIND Filter.state changed type from State to State!."],
  ["a required input added", "from: Int!", "from: Int! to: Int!", "REQUIRED_INPUT_FIELD_ADDED A required field to on input type Filter was added."],
  ["another kind of type", "enum State { OPEN CLOSED }", "scalar State", "TYPE_CHANGED_KIND State changed from an Enum type to a Scalar type."],
];

for (const [what, from, to, expected] of breaking) {
  test(`${what} breaks clients`, () => {
    assert.ok(changed(from, to).breaking.includes(expected), JSON.stringify(changed(from, to)));
  });
}

const dangerous = [
  ["an enum value added", "OPEN CLOSED", "OPEN CLOSED HELD", "VALUE_ADDED_TO_ENUM HELD was added to enum type State."],
  ["another default", "first: Int = 20", "first: Int = 50", "ARG_DEFAULT_VALUE_CHANGE Query.cases arg first has changed defaultValue from 20 to 50."],
  ["an optional argument added", "close(id: ID!)", "close(id: ID!, reason: String)", "OPTIONAL_ARG_ADDED An optional arg reason on Mutation.close was added."],
  ["an optional input added", "from: Int!", "from: Int! to: Int", "OPTIONAL_INPUT_FIELD_ADDED An optional field to on input type Filter was added."],
];

for (const [what, from, to, expected] of dangerous) {
  test(`${what} is dangerous and breaks nothing`, () => {
    const told = changed(from, to);
    assert.deepEqual([told.breaking, told.dangerous], [[], [expected]]);
  });
}

const harmless = [
  ["a field added", "note: String", "note: String place: String", ["Case.place"]],
  ["a type added", "type Mutation", "type Place { code: String }\n type Mutation", ["Place", "Place.code"]],
  ["an output that is never null any more", "note: String", "note: String!", []],
  ["an input that may now be left out", "from: Int!", "from: Int", []],
  ["a description", "type Mutation", '"What can be done."\n type Mutation', []],
];

for (const [what, from, to, added] of harmless) {
  test(`${what} is harmless`, () => {
    assert.deepEqual(changed(from, to), { breaking: [], dangerous: [], added });
  });
}

test("a schema that nobody had before breaks nobody", () => {
  const told = compare(null, base);
  assert.deepEqual([told.breaking, told.dangerous], [[], []]);
  assert.ok(told.added.includes("Case.amount(currency)"));
});

test("a schema and its introspection are held against one another", () => {
  const introspected = introspectionFromSchema(buildSchema(base));
  assert.equal(difference(base, introspected), null);
  assert.match(difference(base.replace(" note: String", ""), introspected), /note: String/);
});
