/** The demo's people, each signed in by name and password as a front end does it. */

import { Onedoor, type Operation } from "../src/onedoor";
import { SignInDocument } from "../generated/vw/operations";

const PASSWORD = "onedoor-demo";

export async function signIn(server: string, login: string): Promise<Onedoor> {
  const { signIn } = await new Onedoor({ server }).ask(SignInDocument, { login, password: PASSWORD });
  if (!signIn?.token) throw new Error(`${login}: ${JSON.stringify(signIn?.userErrors)}`);
  return new Onedoor({ server, token: signIn.token });
}

/** Only a demo has this field, so no reviewed schema does. */
const SET_CLOCK: Operation<{ clockSet: { userErrors: { code: string; message: string }[] } | null }, { at: string }> =
  "mutation SetClock($at: DateTime!) { clockSet(input: { at: $at }) { userErrors { code message } } }";

export async function moveClock(caller: Onedoor, at: string): Promise<void> {
  const { clockSet } = await caller.ask(SET_CLOCK, { at });
  const refusal = clockSet?.userErrors[0];
  if (refusal) throw new Error(refusal.message);
}
