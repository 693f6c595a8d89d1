/** A village window on the typed client: sign in, file an application, follow it until the town accepts it. */

import { render } from "preact";
import { useState } from "preact/hooks";
import { Onedoor } from "../src/onedoor";
import { DeskDocument, type DeskQuery, SignInDocument } from "../generated/vw/operations";
import { Note, type Said, failureOf } from "./note";
import { TownDesk } from "./town";
import { VillageDesk } from "./village";

/** The server is named in the address, or is the one the page came from. */
const SERVER = new URLSearchParams(location.search).get("server") ?? location.origin;

export interface Desk {
  readonly caller: Onedoor;
  readonly me: NonNullable<DeskQuery["me"]>;
  readonly programmes: NonNullable<DeskQuery["programmes"]>["items"];
}

function Page() {
  const [desk, setDesk] = useState<Desk>();
  const leave = () => {
    void desk?.caller.close();
    setDesk(undefined);
  };
  return (
    <>
      <header>
        <h1>一门 · 救助窗口</h1>
        <span class="who">{desk && `${desk.me.login}　${desk.me.jurisdiction}　系统日期 ${desk.me.today}`}</span>
        {desk && <button onClick={leave}>退出</button>}
      </header>
      {desk ? <Open desk={desk} /> : <SignIn onDesk={setDesk} />}
    </>
  );
}

function Open({ desk }: { desk: Desk }) {
  if (desk.me.role === "VW") return <VillageDesk desk={desk} />;
  if (desk.me.role === "TW") return <TownDesk desk={desk} />;
  return (
    <main>
      <section class="narrow">
        <h2>没有窗口岗位</h2>
        <p>本示例供村居窗口和镇窗口使用，您的岗位是 {desk.me.role}。</p>
      </section>
    </main>
  );
}

function SignIn({ onDesk }: { onDesk: (desk: Desk) => void }) {
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setSaid(undefined);
    try {
      onDesk(await open(String(form.get("login")), String(form.get("password"))));
    } catch (error) {
      setSaid(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main>
      <section class="narrow">
        <h2>登录</h2>
        <form onSubmit={submit}>
          <label>
            登录名
            <input name="login" autocomplete="username" required />
          </label>
          <label>
            密码
            <input name="password" type="password" autocomplete="current-password" required />
          </label>
          <div class="actions">
            <button class="main" disabled={busy}>
              登录
            </button>
          </div>
        </form>
        <Note said={said} />
      </section>
    </main>
  );
}

async function open(login: string, password: string): Promise<Desk> {
  const { signIn } = await new Onedoor({ server: SERVER }).ask(SignInDocument, { login, password });
  if (!signIn?.token) throw new Error(signIn?.userErrors.map(({ message }) => message).join("\n") ?? "登录失败");
  const caller = new Onedoor({ server: SERVER, token: signIn.token, language: "zh-CN" });
  const { me, programmes } = await caller.ask(DeskDocument, {});
  if (!me) throw new Error("登录失败");
  return { caller, me, programmes: programmes?.items ?? [] };
}

const place = document.getElementById("window");
if (place) render(<Page />, place);
