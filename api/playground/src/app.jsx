import { parse, print } from "graphql";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import {
  ask, keepSession, keptSession, PUBLIC, readJson, readMe, readSchema, setClock, signIn, subscribe, LOCALES,
} from "./api.js";
import { coordinates, Docs, skeleton } from "./docs.jsx";
import { OperationEditor, VariablesEditor } from "./editor.jsx";
import { Examples, fill, operationText, useExamples } from "./examples.jsx";
import { Icon, Mark } from "./icon.jsx";
import { Acting, called, ClockWindow, HelpWindow, PostsWindow, RoleStrip, SignInWindow, title } from "./identity.jsx";
import { Result } from "./result.jsx";
import { Why } from "./why.jsx";
import { WORDS } from "./words.js";
import "./style.css";

const PANES = ["examples", "docs", "operation", "result", "why"];
const SIDE = ["examples", "docs", "why"];
const PICTURES = { examples: "list", docs: "book", operation: "pen", result: "reply", why: "ask" };
const EVENTS_KEPT = 50;

function kept(key, otherwise) {
  return localStorage.getItem(key) ?? otherwise;
}

function useLanguage() {
  const [language, setLanguage] = useState(() => kept("onedoor.language", navigator.language.startsWith("zh") ? "zh" : "en"));
  useEffect(() => {
    document.documentElement.lang = LOCALES[language];
    document.title = WORDS[language].title;
  }, [language]);
  const turn = useCallback(() => setLanguage((was) => {
    const now = was === "zh" ? "en" : "zh";
    localStorage.setItem("onedoor.language", now);
    return now;
  }), []);
  return [language, turn];
}

function useTheme() {
  const [theme, setTheme] = useState(() => kept("onedoor.theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const turn = useCallback(() => setTheme((was) => {
    const now = was === "dark" ? "light" : "dark";
    localStorage.setItem("onedoor.theme", now);
    return now;
  }), []);
  return turn;
}

// What the server knows without a sign-in.
function useServer() {
  const [server, setServer] = useState({ names: null, demo: null, ready: false });
  useEffect(() => {
    Promise.all([readJson("/playground/names.json"), readJson("/playground/demo.json")])
      .then(([names, demo]) => setServer({ names, demo, ready: true }))
      .catch(() => setServer({ names: null, demo: null, ready: true }));
  }, []);
  return server;
}

// The session, who it is, and the schema that role sees; what changed when it was switched.
function useRole(language, words) {
  const [session, setSession] = useState(keptSession);
  const [known, setKnown] = useState({ schema: null, me: null, trouble: null, change: null });
  const before = useRef(null);
  const turn = useRef(0);
  const load = useCallback(async (next, compare) => {
    const mine = ++turn.current;
    setKnown((was) => ({ ...was, trouble: null }));
    try {
      const [schema, me] = await Promise.all([readSchema(next, language), readMe(next, language)]);
      if (mine !== turn.current) return null;
      const [now, was] = [coordinates(schema), before.current];
      before.current = now;
      const change = compare && was
        ? { lost: [...was].filter((each) => !now.has(each)), gained: [...now].filter((each) => !was.has(each)) }
        : null;
      setKnown({ schema, me, trouble: null, change });
      return me;
    } catch (fault) {
      if (mine !== turn.current) return null;
      if (fault.status === 401) {
        keepSession(PUBLIC);
        setSession(PUBLIC);
        await load(PUBLIC, false);
        setKnown((each) => ({ ...each, trouble: words.expired }));
      } else {
        setKnown({ schema: null, me: null, trouble: fault.message ? `${words.noSchema}: ${fault.message}` : words.unreachable, change: null });
      }
      return null;
    }
  }, [language, words]);
  useEffect(() => {
    load(session, false);
  }, []);
  const become = useCallback((next, compare = true) => {
    keepSession(next);
    setSession(next);
    return load(next, compare);
  }, [load]);
  const forget = () => setKnown((was) => ({ ...was, change: null }));
  return { session, become, reload: () => load(session, false), forget, ...known };
}

function Change({ change, words, onClose }) {
  if (!change) return null;
  const same = !change.lost.length && !change.gained.length;
  const list = (name, all) => all.length > 0 && (
    <div><h4>{name} <span className="count">{all.length}</span></h4>
      <ul>{all.slice(0, 200).map((each) => <li key={each}><code>{each}</code></li>)}</ul></div>
  );
  const first = (all) => [...all].sort((one, other) => rank(one) - rank(other));
  const rank = (each) => (each.startsWith("Mutation.") ? 0 : each.startsWith("Query.") ? 1 : each.startsWith("Subscription.") ? 1 : 2);
  return (
    <div className="change" role="status" data-lost={change.lost.length} data-gained={change.gained.length}>
      {same ? <span>{words.changedNone}</span> : (
        <details><summary>{words.changed(change.lost.length, change.gained.length, change.gained.filter((each) => each.startsWith("Mutation.")).length)}</summary>
          <div className="lists">{list(words.gained, first(change.gained))}{list(words.lost, first(change.lost))}</div></details>
      )}
      <button type="button" className="quiet icon" aria-label={words.dismiss} onClick={onClose}><Icon name="close" /></button>
    </div>
  );
}

function Tabs({ panes, pane, words, onPane, label, className }) {
  const turn = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = panes[(panes.indexOf(pane) + step + panes.length) % panes.length];
    onPane(next);
    event.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
  };
  return (
    <div role="tablist" aria-label={label} className={className} onKeyDown={turn}>
      {panes.map((each) => (
        <button key={each} type="button" role="tab" id={`tab-${className}-${each}`} data-tab={each} aria-selected={pane === each}
          aria-controls={`pane-${each}`} tabIndex={pane === each ? 0 : -1} onClick={() => onPane(each)}>
          <Icon name={PICTURES[each]} /><span>{words[each]}</span>
        </button>
      ))}
    </div>
  );
}

const isSubscription = (text) => {
  try {
    return parse(text).definitions.some((each) => each.kind === "OperationDefinition" && each.operation === "subscription");
  } catch {
    return false;
  }
};

// The text in the editor, and everything that can be done with it.
function useOperation({ session, language, words, who, show }) {
  const [text, setText] = useState("{\n  service {\n    name\n    version\n  }\n}\n");
  const [variables, setVariables] = useState("{}");
  const [result, setResult] = useState(null);
  const [running, setRunning] = useState(false);
  const [live, setLive] = useState(null);
  const end = useRef(null);
  const stop = useCallback(() => {
    end.current?.();
    end.current = null;
    setLive((was) => was && { ...was, state: "ended" });
  }, []);
  const listen = (request) => {
    let number = 0;
    setLive({ state: "connecting", events: [], trouble: null });
    const told = (change) => setLive((was) => was && { ...was, ...change(was) });
    end.current = subscribe(session, language, request, {
      open: () => told(() => ({ state: "open" })),
      next: (body) => {
        const event = { number: ++number, at: new Date().toLocaleTimeString(LOCALES[language]), body };
        told((was) => ({ state: "open", events: [event, ...was.events].slice(0, EVENTS_KEPT) }));
      },
      error: (error) => {
        const trouble = Array.isArray(error)
          ? { code: error[0]?.extensions?.code, message: error[0]?.message, fault: true }
          : { code: error?.code, message: error?.reason || error?.message || words.unreachable, fault: true };
        told(() => ({ state: "ended", trouble }));
      },
      complete: () => told(() => ({ state: "ended" })),
    });
  };
  const run = async () => {
    stop();
    setLive(null);
    show("result");
    let given;
    try {
      given = variables.trim() ? JSON.parse(variables) : {};
    } catch {
      return setResult({ message: words.variablesBad });
    }
    const request = { query: text, variables: given };
    if (isSubscription(text)) return listen(request);
    setRunning(true);
    try {
      setResult({ ...(await ask(session, language, request)), who });
    } catch {
      setResult({ message: words.unreachable });
    } finally {
      setRunning(false);
    }
  };
  const format = () => {
    try {
      if (!text.includes("#")) setText(`${print(parse(text))}\n`);
      setVariables(JSON.stringify(JSON.parse(variables || "{}"), null, 2));
    } catch {
      // What cannot be read is left as it stands; the editor marks it.
    }
  };
  return { text, setText, variables, setVariables, result, setResult, running, live, setLive, run, stop, format };
}

function useKeys(acts) {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    const pressed = (event) => {
      const now = latest.current;
      if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
        event.preventDefault();
        return now.run();
      }
      const typing = event.target.closest?.("input, textarea, select, .cm-content, dialog[open]");
      if (event.key === "?" && !typing) return now.help();
      if (!event.altKey || event.ctrlKey || event.metaKey) return undefined;
      const digit = /^Digit([1-5])$/.exec(event.code);
      const act = digit ? () => now.pane(PANES[digit[1] - 1]) : { KeyR: now.roles, KeyL: now.language, KeyF: now.format, KeyW: now.why }[event.code];
      if (!act) return undefined;
      event.preventDefault();
      return act();
    };
    addEventListener("keydown", pressed, true);
    return () => removeEventListener("keydown", pressed, true);
  }, []);
}

function App() {
  const [language, turnLanguage] = useLanguage();
  const words = WORDS[language];
  const turnTheme = useTheme();
  const { names, demo, ready } = useServer();
  const role = useRole(language, words);
  const { session, schema, me } = role;
  const [side, setSide] = useState("examples");
  const [pane, setPane] = useState("examples");
  const [open, setOpen] = useState(null);
  const [message, setMessage] = useState(null);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState(null);
  const [missing, setMissing] = useState(null);
  const [wanted, setWanted] = useState(null);
  const tokens = useRef({});
  const editor = useRef(null);
  const show = useCallback((next) => {
    setPane(next);
    if (SIDE.includes(next)) setSide(next);
  }, []);
  const who = session.login ?? words.publicShort;
  const operation = useOperation({ session, language, words, who, show });
  const roleCode = me?.role ?? "PUB";
  const examples = useExamples(schema, roleCode);
  const asked = useCallback((request) => ask(session, language, request), [session, language]);

  const choose = async (example, told = true) => {
    setChosen(example.id);
    setMissing(null);
    operation.stop();
    operation.setLive(null);
    operation.setResult(null);
    operation.setText(operationText(example, language));
    const filled = await fill(example, me?.today, asked);
    operation.setVariables(JSON.stringify(filled ?? example.variables ?? {}, null, 2));
    if (!filled) return setMissing(example.id);
    if (told) show("operation");
    return undefined;
  };
  // The first example of a role stands ready.
  useEffect(() => {
    const first = examples.find((example) => example.id === chosen) ?? examples.find((example) => example.first?.includes(roleCode)) ?? examples[0];
    if (first && schema) choose(first, false);
  }, [schema, language]);

  const become = async (next) => {
    setBusy(true);
    setOpen(null);
    setMessage(null);
    operation.stop();
    const now = await role.become(next);
    setBusy(false);
    const name = now ? called(names, "role", now.role, language) : words.public;
    setSaid(words.switched(name));
  };
  const enter = async (login, password) => {
    setBusy(true);
    const answer = tokens.current[login] ? { session: tokens.current[login] } : await signIn(login, password, language).catch(() => ({ message: words.unreachable }));
    setBusy(false);
    if (!answer.session) {
      setMessage(answer.message || words.unreachable);
      return setOpen((was) => was ?? "signIn");
    }
    tokens.current[login] = answer.session;
    return become(answer.session);
  };
  const play = (login) => enter(login, demo.password);
  const leave = () => become(PUBLIC);
  const moveClock = async (day) => {
    const answer = await setClock(session, language, day).catch(() => ({ message: words.unreachable }));
    if (!answer.day) return setMessage(answer.message);
    setOpen(null);
    setMessage(null);
    setSaid(words.clockMoved(answer.day));
    return role.reload();
  };
  const why = (name) => {
    show("why");
    setWanted({ name });
  };
  const insert = (parent, field) => {
    const { text, variables } = skeleton(schema, parent, field);
    setChosen(null);
    operation.setText(`${text}\n`);
    operation.setVariables(JSON.stringify(variables, null, 2));
    show("operation");
  };
  const identity = () => {
    setMessage(null);
    setOpen(demo ? "posts" : "signIn");
  };
  const focusPane = (next) => {
    show(next);
    requestAnimationFrame(() => (next === "operation" ? editor.current?.focus() : document.getElementById(`pane-${next}`)?.focus()));
  };
  useKeys({
    run: operation.run,
    help: () => setOpen("help"),
    pane: focusPane,
    roles: identity,
    language: turnLanguage,
    format: operation.format,
    why: () => {
      const field = editor.current?.field();
      if (field) why(field);
    },
  });
  // A window that gives way to another must not close that one.
  const close = (name) => () => setOpen((was) => (was === name ? null : was));
  const started = operation.live && operation.live.state !== "ended";
  // What was changed by hand is no longer the example.
  const current = useMemo(() => examples.find((example) => example.id === chosen && operationText(example, language) === operation.text),
    [examples, chosen, language, operation.text]);
  const shown = (each) => ({ id: `pane-${each}`, tabIndex: -1, "data-shown": pane === each });

  return (
    <div className="page" data-role={roleCode} data-ready={Boolean(schema && ready && !busy)}>
      <div className="skips">
        <a href="#pane-operation" onClick={(event) => { event.preventDefault(); focusPane("operation"); }}>{words.skipEditor}</a>
        <a href="#pane-result" onClick={(event) => { event.preventDefault(); focusPane("result"); }}>{words.skipResult}</a>
        <a href={`#pane-${side}`} onClick={(event) => { event.preventDefault(); focusPane(side); }}>{words.skipSide}</a>
      </div>
      <header className="head">
        <div className="brand"><Mark /><div><h1>{words.brand}</h1><p>{words.tagline}</p></div></div>
        <Acting {...{ me, session, names, words, language, demo }} onIdentity={identity} onClock={() => { setMessage(null); setOpen("clock"); }}
          onPurpose={(purpose) => role.become({ ...session, purpose }, false)}
          onAssignment={(assignment) => become({ ...session, assignment })} />
        <div className="tools">
          <button type="button" className="quiet" lang={language === "zh" ? "en" : "zh-CN"} aria-label={words.languageLabel}
            data-action="language" onClick={turnLanguage}>{words.language}</button>
          <button type="button" className="quiet icon" aria-label={words.theme} title={words.theme} data-action="theme" onClick={turnTheme}><Icon name="sun" /></button>
          <button type="button" className="quiet icon help" aria-label={words.help} title={words.help} data-action="help" onClick={() => setOpen("help")}><Icon name="keys" /></button>
        </div>
      </header>
      {demo && <RoleStrip {...{ demo, names, session, words, language, busy }} onSwitch={play} onPublic={leave} onMore={() => setOpen("posts")} />}
      {role.trouble && <p className="notice bad band" role="alert">{role.trouble}</p>}
      <Change change={role.change} words={words} onClose={role.forget} />
      <main className="work" data-pane={pane}>
        <section className="side" data-shown={SIDE.includes(pane)}>
          <Tabs panes={SIDE} pane={side} words={words} onPane={show} label={words.panes} className="side-tabs" />
          <div className="side-body">
            {side === "examples" && <div role="tabpanel" aria-label={words.examples} {...shown("examples")}>
              {schema ? <Examples {...{ examples, words, language, chosen, missing }} onChoose={choose} /> : <p className="empty">{words.loading}</p>}</div>}
            {/* Kept while another is shown: where one was in the schema is not lost. */}
            <div role="tabpanel" aria-label={words.docs} {...shown("docs")} hidden={side !== "docs"}>
              <Docs {...{ schema, words, language }} onWhy={why} onInsert={insert} /></div>
            <div role="tabpanel" aria-label={words.why} {...shown("why")} hidden={side !== "why"}>
              <Why {...{ schema, words, language, names, wanted }} ask={asked} role={roleCode} /></div>
          </div>
        </section>
        <section className={operation.variables.trim() === "{}" ? "operation plain" : "operation"} aria-label={words.operation} {...shown("operation")}>
          <div className="bar">
            <h2>{current ? current.title[language] : words.newOperation}</h2>
            <div className="tools">
              <button type="button" className="quiet icon" aria-label={words.format} title={words.format} onClick={operation.format}><Icon name="format" /></button>
              <button type="button" className="quiet icon" aria-label={words.copy} title={words.copy}
                onClick={() => navigator.clipboard?.writeText(operation.text).then(() => setSaid(words.copied))}><Icon name="copy" /></button>
              {started
                ? <button type="button" className="primary stop" data-action="stop" onClick={operation.stop}><Icon name="stop" />{words.stop}</button>
                : <button type="button" className="primary" data-action="run" disabled={operation.running} onClick={operation.run}><Icon name="run" />{words.run}</button>}
            </div>
          </div>
          {current && <p className="about">{current.about[language]}</p>}
          <OperationEditor value={operation.text} onChange={operation.setText} schema={schema} onField={why} label={words.editorLabel} handle={editor} />
          <div className="variables">
            <div className="bar thin"><h3>{words.variables}</h3></div>
            <VariablesEditor value={operation.variables} onChange={operation.setVariables} label={words.variablesLabel} />
          </div>
        </section>
        <section className="answer" aria-label={words.result} {...shown("result")}>
          <div className="bar"><h2>{words.result}</h2></div>
          <Result result={operation.result} live={operation.live} running={operation.running} words={words} guest={Boolean(demo && !me)} />
        </section>
      </main>
      <Tabs panes={PANES} pane={pane} words={words} onPane={show} label={words.panes} className="foot-tabs" />
      <div className="unseen" role="status" aria-live="polite" data-said>{said}</div>
      <PostsWindow open={open === "posts"} onClose={close("posts")} {...{ demo, names, words, language, session }} onSwitch={play} onPublic={leave}
        onSignIn={() => setOpen("signIn")} />
      <SignInWindow open={open === "signIn"} onClose={close("signIn")} words={words} message={message} onSignIn={enter} onPublic={leave} signedIn={Boolean(session.token)} />
      <ClockWindow open={open === "clock"} onClose={close("clock")} words={words} today={me?.today} onSet={moveClock} message={message} />
      <HelpWindow open={open === "help"} onClose={close("help")} words={words} />
    </div>
  );
}

createRoot(document.getElementById("playground")).render(<App />);
