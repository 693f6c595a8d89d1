/** Keeps a list as the server has it: read at first, and again whenever a case in one's scope changes. */

import { useEffect } from "preact/hooks";
import type { Operation } from "../src/onedoor";
import type { Desk } from "./main";
import { type Said, failureOf } from "./note";

export function useLive<Data>(
  desk: Desk,
  changed: Operation<Data, Record<string, never>>,
  refresh: () => Promise<void>,
  setSaid: (said: Said) => void,
): void {
  useEffect(() => {
    const failed = (error: unknown) => setSaid(failureOf(error));
    const again = () => void refresh().catch(failed);
    again();
    return desk.caller.watch(changed, {}, again, failed);
  }, [desk, changed, refresh, setSaid]);
}
