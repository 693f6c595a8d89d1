import type { CodegenConfig } from "@graphql-codegen/cli";
import { existsSync, readdirSync } from "node:fs";

/** Every role's schema is a reviewed file; it yields the types that role's front end may use, and no others. */
const SCHEMAS = "../../schemas";

const scalars = Object.fromEntries(
  ["Date", "DateTime", "ID", "IdNumber", "JurisdictionCode", "Money", "Month"].map((name) => [name, "string"]),
);
const config = {
  scalars,
  defaultScalarType: "unknown",
  enumsAsTypes: true,
  useTypeImports: true,
  skipTypename: true,
  immutableTypes: true,
  documentMode: "string",
} as const;

function outputs(role: string): CodegenConfig["generates"] {
  const schema = `${SCHEMAS}/${role}.graphql`;
  const types = { [`generated/${role}/schema.ts`]: { schema, plugins: ["typescript"], config } };
  if (!existsSync(`operations/${role}`)) return types;
  const documents = [`operations/${role}/*.graphql`, "operations/shared/*.graphql"];
  const plugins = ["typescript-operations", "typed-document-node"];
  return { ...types, [`generated/${role}/operations.ts`]: { schema, documents, plugins, config } };
}

const roles = readdirSync(SCHEMAS)
  .filter((file) => file.endsWith(".graphql"))
  .map((file) => file.slice(0, -".graphql".length));

export default {
  silent: true,
  generates: Object.assign({}, ...roles.map(outputs)),
} satisfies CodegenConfig;
