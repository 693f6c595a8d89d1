// Runs the audits of GraphQL over HTTP against a server: node audits.mjs http://127.0.0.1:8000/graphql
// Every audit counts, MAY included. Prints one line an audit that is not OK, then a closing line.
import { serverAudits } from "graphql-http";

// graphql-http 1.23 has 61; fewer means the package changed and this promise must be read again.
const EXPECTED = 61;

const url = process.argv[2];
if (!url) {
  console.error("usage: node audits.mjs URL");
  process.exit(2);
}

const audits = serverAudits({ url });
let ok = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === "ok") {
    ok += 1;
  } else {
    const body = result.response ? ` (status ${result.response.status})` : "";
    console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}${body}`);
  }
}
console.log(`audits ok: ${ok} of ${audits.length}`);
process.exit(ok === EXPECTED && audits.length === EXPECTED ? 0 : 1);
