import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";

const workers = { json: "json.worker.js", graphql: "graphql.worker.js" };

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(`/playground/${workers[label] ?? "editor.worker.js"}`),
};

const WELCOME = `# Onedoor. Your schema is what your role may see; without a token, what is public.
# Put a token into the tab "Headers" below, then fetch the schema again (circular arrow, left):
#
#   { "Authorization": "Bearer …", "Accept-Language": "zh-CN" }

{
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
  }
}
`;

async function fetcher(request, { headers } = {}) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return response.json();
}

createRoot(document.getElementById("playground")).render(
  <GraphiQL fetcher={fetcher} defaultQuery={WELCOME} isHeadersEditorEnabled shouldPersistHeaders={false} />,
);
