// What a change of a schema means for its clients: node changes.mjs < pairs.json > report.json
// Reads [{ name, old, new, introspection }]; `old` may be null (a schema nobody had before), `introspection` left out.
import {
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from "graphql";

const told = (changes) => changes.map(({ type, description }) => `${type} ${description}`).sort();

/** Everything that can be named in a schema, each as one line. */
function names(schema) {
  const found = new Set();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    found.add(type.name);
    if (isEnumType(type)) type.getValues().forEach((value) => found.add(`${type.name}.${value.name}`));
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      found.add(`${type.name}.${field.name}`);
      field.args?.forEach((arg) => found.add(`${type.name}.${field.name}(${arg.name})`));
    }
  }
  return found;
}

/** Breaking changes end a client that was right before, dangerous ones may; additions do neither. */
export function compare(oldText, newText) {
  const schema = buildSchema(newText);
  if (oldText === null) return { breaking: [], dangerous: [], added: [...names(schema)].sort() };
  const before = buildSchema(oldText);
  const known = names(before);
  return {
    breaking: told(findBreakingChanges(before, schema)),
    dangerous: told(findDangerousChanges(before, schema)),
    added: [...names(schema)].filter((name) => !known.has(name)).sort(),
  };
}

/** The first line in which the printed schema and its introspection differ, if one does. */
export function difference(text, introspection) {
  const lines = (schema) => printSchema(lexicographicSortSchema(schema)).split("\n");
  const printed = lines(buildSchema(text));
  const introspected = lines(buildClientSchema(introspection));
  for (let at = 0; at < Math.max(printed.length, introspected.length); at += 1) {
    if (printed[at] !== introspected[at]) return `printed: ${printed[at]}; introspected: ${introspected[at]}`;
  }
  return null;
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const report = {};
  for (const pair of JSON.parse(Buffer.concat(chunks).toString("utf8"))) {
    report[pair.name] = compare(pair.old, pair.new);
    if (pair.introspection) report[pair.name].difference = difference(pair.new, pair.introspection);
  }
  process.stdout.write(JSON.stringify(report));
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
