// Speaking to the server this page came from, and to no other.
import { createClient } from "graphql-ws";
import { buildClientSchema, getIntrospectionQuery } from "graphql";

const KEPT = "onedoor.session";

export const PUBLIC = { login: null, token: null, assignment: null, purpose: null, assignments: [] };

export const LOCALES = { zh: "zh-CN", en: "en" };

// The token lives as long as the tab.
export function keptSession() {
  try {
    return { ...PUBLIC, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return PUBLIC;
  }
}

export function keepSession(session) {
  if (session.token) sessionStorage.setItem(KEPT, JSON.stringify(session));
  else sessionStorage.removeItem(KEPT);
}

export async function ask(session, language, request) {
  const headers = {
    accept: "application/graphql-response+json, application/json;q=0.9",
    "content-type": "application/json",
    "accept-language": LOCALES[language],
  };
  if (session.token) headers.authorization = `Bearer ${session.token}`;
  if (session.token && session.assignment) headers["onedoor-assignment"] = session.assignment;
  if (session.purpose) headers["onedoor-purpose"] = session.purpose;
  const began = performance.now();
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(request) });
  const body = await response.json();
  return { status: response.status, body, ms: Math.round(performance.now() - began) };
}

export async function readSchema(session, language) {
  const query = getIntrospectionQuery({ descriptions: true });
  const { status, body } = await ask(session, language, { query });
  if (body.data?.__schema) return buildClientSchema(body.data);
  throw Object.assign(new Error(body.errors?.[0]?.message ?? ""), { status, error: body.errors?.[0] });
}

export async function readMe(session, language) {
  if (!session.token) return null;
  const query = "query Me { me { login role unit jurisdiction purpose today } }";
  const { body } = await ask(session, language, { query });
  return body.data?.me ?? null;
}

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { token expiresAt assignments { id role unit level jurisdiction } userErrors { code message } }
}`;

// Answers a session, or an object with a message.
export async function signIn(login, password, language) {
  const { body } = await ask(PUBLIC, language, { query: SIGN_IN, variables: { input: { login, password } } });
  const payload = body.data?.signIn;
  if (!payload?.token) return { message: payload?.userErrors?.[0]?.message ?? body.errors?.[0]?.message ?? "" };
  const assignments = payload.assignments ?? [];
  const assignment = assignments.length > 1 ? assignments[0].id : null;
  return { session: { login, token: payload.token, assignment, purpose: null, assignments } };
}

const CLOCK_SET = "mutation ClockSet($input: ClockSetInput!) { clockSet(input: $input) { day userErrors { code message } } }";

export async function setClock(session, language, day) {
  const variables = { input: { at: `${day}T09:00:00+08:00` } };
  const { body } = await ask(session, language, { query: CLOCK_SET, variables });
  const payload = body.data?.clockSet;
  return { day: payload?.day, message: payload?.userErrors?.[0]?.message ?? body.errors?.[0]?.message };
}

// Files beside the page; null when the server has none.
export async function readJson(path) {
  const response = await fetch(path);
  return response.ok ? response.json() : null;
}

// Runs a subscription; answers a function that ends it.
export function subscribe(session, language, request, on) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const connectionParams = { "accept-language": LOCALES[language] };
  if (session.token) connectionParams.authorization = `Bearer ${session.token}`;
  if (session.assignment) connectionParams["onedoor-assignment"] = session.assignment;
  if (session.purpose) connectionParams["onedoor-purpose"] = session.purpose;
  const client = createClient({
    url: `${scheme}://${location.host}/graphql/ws`,
    connectionParams,
    retryAttempts: 2,
    on: { connected: () => on.open() },
  });
  const end = client.subscribe(request, {
    next: (body) => on.next(body),
    error: (error) => on.error(error),
    complete: () => on.complete(),
  });
  return () => {
    end();
    client.dispose();
  };
}
