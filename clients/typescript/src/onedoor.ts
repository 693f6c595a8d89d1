/** A caller of the Onedoor graph: typed documents in, typed answers or named refusals out. */

import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { createClient, type Client } from "graphql-ws";

/** An operation as the generator writes it: its text, and the types of its answer and variables. */
export type Operation<Data, Variables> = DocumentTypeDecoration<Data, Variables> & { toString(): string };

/** Who calls, and where. */
export interface Settings {
  /** Base of the server, such as `http://127.0.0.1:8000`. */
  readonly server: string;
  /** Token of `signIn` or of the house's own issuer; none is the public. */
  readonly token?: string;
  /** Which of several assignments to act under. */
  readonly assignment?: string;
  /** Why data is read; the role's default when left out. */
  readonly purpose?: string;
  /** Language of messages. */
  readonly language?: "zh-CN" | "en";
}

/** One reason why an act was refused by a rule, a conflict or an authority. */
export interface UserError {
  readonly code: string;
  readonly field?: readonly string[] | null;
  readonly message: string;
}

/** The act was refused; nothing was changed. */
export class Refused extends Error {
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super(errors.map((error) => error.message).join("\n"));
    this.name = "Refused";
    this.errors = errors;
  }

  /** The code of the first reason. */
  get code(): string {
    return this.errors[0]?.code ?? "INTERNAL";
  }
}

/** The request was not understood, not allowed in, or went wrong inside. */
export class Failed extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "Failed";
    this.code = code;
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

type Payload = { readonly userErrors: readonly UserError[] } | null;
type Input<Variables> = Variables extends { input: infer I } ? I : never;
/** What a mutation takes beside its key, which the client makes. */
export type Given<Variables> = Omit<Input<Variables>, "idempotencyKey">;
/** What a mutation answers under its one root field. */
export type Done<Data> = NonNullable<Data[keyof Data]>;

const TRIES = 4;
const PAUSE_MS = 300;

/** One caller under one assignment. */
export class Onedoor {
  readonly settings: Settings;
  #socket: Client | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** Reads. Rejects with `Failed`. */
  async ask<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    const { data, errors } = await this.#send(operation, variables);
    const error = errors?.[0];
    if (error) throw new Failed(error.extensions?.code ?? "INTERNAL", error.message);
    if (data === null || data === undefined) throw new Failed("INTERNAL", "the answer is empty");
    return data;
  }

  /**
   * Changes something exactly once: when an answer is lost on the way the call is repeated under the same key.
   * Pass a key of your own to go on after a reload. Rejects with `Refused` or `Failed`.
   */
  async change<Data, Variables extends { input: unknown }>(
    operation: Operation<Data, Variables>,
    given: Given<Variables>,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Done<Data>> {
    const variables = { input: { ...given, idempotencyKey } } as unknown as Variables;
    const data = await this.#settled(operation, variables);
    const payload = Object.values(data as Record<string, Payload>)[0];
    if (!payload) throw new Failed("INTERNAL", "the answer is empty");
    if (payload.userErrors.length > 0) throw new Refused(payload.userErrors);
    return payload as unknown as Done<Data>;
  }

  /** Watches a subscription until the returned function is called. */
  watch<Data, Variables extends Record<string, unknown>>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    next: (data: Data) => void,
    failed: (error: Error) => void,
  ): () => void {
    this.#socket ??= createClient({
      url: `${this.settings.server.replace(/^http/, "ws")}/graphql/ws`,
      connectionParams: this.#headers(),
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: (event) => !(event instanceof CloseEvent) || [1001, 1005, 1006, 1012].includes(event.code),
    });
    return this.#socket.subscribe<Data>(
      { query: operation.toString(), variables },
      {
        next: ({ data, errors }) => {
          const error = errors?.[0];
          if (error) failed(new Failed(String(error.extensions?.["code"] ?? "INTERNAL"), error.message));
          else if (data) next(data);
        },
        error: (error) => failed(failure(error)),
        complete: () => undefined,
      },
    );
  }

  /** Ends what is watched. */
  async close(): Promise<void> {
    await this.#socket?.dispose();
    this.#socket = undefined;
  }

  async #settled<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.ask(operation, variables);
      } catch (error) {
        // Only what was lost on the way may be repeated; what was answered is settled.
        const lost = error instanceof TypeError || (error instanceof Failed && error.code === "UNAVAILABLE");
        if (!lost || attempt === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }

  async #send<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Answer<Data>> {
    const response = await fetch(`${this.settings.server}/graphql`, {
      method: "POST",
      headers: {
        accept: "application/graphql-response+json, application/json;q=0.9",
        "content-type": "application/json",
        ...this.#headers(),
      },
      body: JSON.stringify({ query: operation.toString(), variables }),
    });
    return (await response.json()) as Answer<Data>;
  }

  #headers(): Record<string, string> {
    const { token, assignment, purpose, language } = this.settings;
    return {
      "accept-language": language ?? "zh-CN",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(assignment !== undefined && { "onedoor-assignment": assignment }),
      ...(purpose !== undefined && { "onedoor-purpose": purpose }),
    };
  }
}

function failure(error: unknown): Error {
  if (error instanceof Error) return error;
  if (Array.isArray(error)) {
    const first = (error as { message: string; extensions?: { code?: string } }[])[0];
    return new Failed(first?.extensions?.code ?? "INTERNAL", first?.message ?? "the subscription ended");
  }
  const code = error instanceof CloseEvent ? String(error.code) : "INTERNAL";
  return new Failed(code, error instanceof CloseEvent && error.reason !== "" ? error.reason : "the connection ended");
}
