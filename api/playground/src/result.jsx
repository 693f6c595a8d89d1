// What came back: said first in words, then as JSON.
import { Icon } from "./icon.jsx";
import { JsonView } from "./editor.jsx";

// Every refusal under a root field, and every GraphQL error.
export function troubles(body) {
  const refused = Object.values(body?.data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
  const errors = (body?.errors ?? []).map((error) => ({
    code: error.extensions?.code, message: error.message, field: error.path, fault: true,
  }));
  return [...errors, ...refused];
}

export function outcome(body) {
  const found = troubles(body);
  if (found.some(({ fault }) => fault)) return "failed";
  return found.length ? "refused" : "done";
}

function Cost({ cost, words }) {
  if (!cost) return null;
  const share = Math.min(100, (cost.requested / cost.budget) * 100);
  return (
    <span className="cost" title={words.costOf(cost.requested, cost.budget)} data-cost={cost.requested} data-budget={cost.budget}>
      <span className="cost-word">{words.cost}</span>
      <span className="meter" role="img" aria-label={words.costOf(cost.requested, cost.budget)}>
        <span className={share > 80 ? "fill high" : "fill"} style={{ width: `${Math.max(share, 1.5)}%` }} />
      </span>
      <span className="cost-figures">{cost.requested}<i> / {cost.budget}</i></span>
    </span>
  );
}

export function Trouble({ found }) {
  return (
    <ul className="troubles" role="alert">
      {found.map(({ code, message, field, fault }, at) => (
        <li key={at} className={fault ? "notice bad" : "notice refused"} data-code={code}>
          <b>{message}</b>
          <span>{code && <code>{code}</code>}{field?.length > 0 && <code className="path">{field.join(".")}</code>}</span>
        </li>
      ))}
    </ul>
  );
}

function Summary({ body, ms, words, who }) {
  const kind = outcome(body);
  return (
    <div className="summary">
      <span className={`badge ${kind}`} data-outcome={kind}>{words[kind]}</span>
      <Cost cost={body?.extensions?.cost} words={words} />
      {ms !== undefined && <span className="fact">{ms} {words.ms}</span>}
      {body?.extensions?.sql !== undefined && <span className="fact">{words.statements(body.extensions.sql)}</span>}
      {who && <span className="fact who-ran">{words.lastOf(who)}</span>}
    </div>
  );
}

function Live({ live, words }) {
  return (
    <div className="stream" data-ticks={live.events.length}>
      <div className="summary">
        <span className={`badge ${live.state === "open" ? "live-on" : "live-off"}`}><Icon name="live" />
          {live.state === "ended" ? words.ended : live.state === "open" ? words.ticks(live.events.length) : words.connecting}</span>
      </div>
      {live.trouble && <Trouble found={[live.trouble]} />}
      {!live.events.length && live.state === "open" && <div className="empty"><Icon name="live" /><b>{words.listening}</b><p>{words.listeningHelp}</p></div>}
      <ol className="ticks" aria-live="polite">
        {live.events.map(({ number, at, body }) => (
          <li key={number}><details open={number === live.events[0].number}><summary><b>#{number}</b> <time>{at}</time></summary>
            <pre tabIndex="0">{JSON.stringify(body.data ?? body, null, 2)}</pre></details></li>
        ))}
      </ol>
    </div>
  );
}

export function Result({ result, live, running, words, guest }) {
  if (live) return <Live live={live} words={words} />;
  if (running) return <div className="empty" role="status"><span className="spinner" aria-hidden="true" /><b>{words.running}</b></div>;
  if (!result) return <div className="empty"><Icon name="reply" /><b>{words.noResult}</b><p>{guest ? words.noResultDemo : words.noResultHelp}</p></div>;
  if (result.message) return <div className="result"><Trouble found={[{ message: result.message, fault: true }]} /></div>;
  const found = troubles(result.body);
  return (
    <div className="result">
      <Summary body={result.body} ms={result.ms} words={words} who={result.who} />
      {found.length > 0 && <Trouble found={found} />}
      <JsonView value={JSON.stringify(result.body.data === undefined ? result.body : { data: result.body.data, ...(result.body.errors && { errors: result.body.errors }) }, null, 2)} label={words.resultLabel} />
    </div>
  );
}
