/** What the page says of the last act. */

import { Refused } from "../src/onedoor";

export interface Said {
  readonly kind: "done" | "refused";
  readonly text: string;
}

export const done = (text: string): Said => ({ kind: "done", text });

/** A refusal with its code, so that a clerk can ask about it; anything else in its own words. */
export function failureOf(error: unknown): Said {
  if (error instanceof Refused) {
    return { kind: "refused", text: error.errors.map(({ code, message }) => `${message}（${code}）`).join("\n") };
  }
  return { kind: "refused", text: error instanceof Error ? error.message : String(error) };
}

export function Note({ said }: { said: Said | undefined }) {
  return said ? (
    <p class={`note ${said.kind}`} role="status">
      {said.text}
    </p>
  ) : null;
}
