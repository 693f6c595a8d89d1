// Who acts: the line in the header, the strip of roles, and the windows to change them.
import { useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "./icon.jsx";

export const called = (names, kind, code, language) => names?.[kind]?.[code]?.[language] ?? code;

export const spheres = { VILLAGE: "village", TOWN: "town", DISTRICT: "district", SCHOOL: "school" };

// One post of each role in the order in which a case meets them.
const WALK = ["vw", "tw", "tv", "tu_social", "tr_social", "tl", "du_civil", "da_civil", "fin", "aud", "sch"];

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Where somebody works: the unit, if there is one, and the place.
export function where(names, post, language) {
  const unit = post.unit === "NONE" ? [] : [called(names, "unit", post.unit, language)];
  return [...unit, called(names, "place", post.jurisdiction, language)].join(" · ");
}

export function title(names, post, language) {
  const role = called(names, "role", post.role, language);
  return language === "en" ? capital(role) : role;
}

export function RoleStrip({ demo, names, session, words, language, busy, onSwitch, onPublic, onMore }) {
  const posts = WALK.map((login) => demo.users.find((user) => user.login === login)).filter(Boolean);
  const chosen = useRef(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [session.login]);
  const pill = (key, label, sphere, pressed, onClick, hint) => (
    <button key={key} type="button" className={`pill ${sphere}`} aria-pressed={pressed} data-login={key} disabled={busy}
      title={hint} onClick={onClick} ref={pressed ? chosen : undefined}>
      <span className="dot" aria-hidden="true" />{label}
    </button>
  );
  return (
    <nav className="strip" aria-label={words.switchRole}>
      <div className="pills">
        {pill("public", words.publicShort, "public", !session.login, onPublic, words.public)}
        {posts.map((post) =>
          pill(post.login, title(names, post, language), spheres[post.level], session.login === post.login,
            () => onSwitch(post.login), where(names, post, language)))}
        <button type="button" className="pill more" onClick={onMore} data-action="posts"><Icon name="more" />{words.moreRoles}</button>
      </div>
    </nav>
  );
}

// A modal window; Esc and a click outside close it.
export function Modal({ open, onClose, label, words, children, className = "" }) {
  const dialog = useRef(null);
  useEffect(() => {
    const shown = dialog.current;
    if (open && !shown.open) {
      shown.showModal();
      // A finger would be met by the keyboard of the phone.
      if (!matchMedia("(pointer: coarse)").matches) shown.querySelector("input, select")?.focus();
    }
    if (!open && shown.open) shown.close();
  }, [open]);
  return (
    <dialog ref={dialog} className={`modal ${className}`} aria-label={label} onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}>
      {open && (
        <div className="sheet">
          <header className="sheet-head">
            <h2>{label}</h2>
            <button type="button" className="quiet icon" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}

export function SignInWindow({ open, onClose, words, onSignIn, message, onPublic, signedIn }) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const send = (event) => {
    event.preventDefault();
    onSignIn(login.trim(), password);
  };
  return (
    <Modal open={open} onClose={onClose} label={words.signIn} words={words} className="narrow">
      <form onSubmit={send} className="form">
        <label>{words.login}
          <input name="login" autoComplete="username" autoCapitalize="off" spellCheck="false" required value={login}
            onChange={(event) => setLogin(event.target.value)} />
        </label>
        <label>{words.password}
          <input name="password" type="password" autoComplete="current-password" required value={password}
            onChange={(event) => setPassword(event.target.value)} />
        </label>
        {message && <p className="notice bad" role="alert">{message}</p>}
        <p className="hint">{words.signInHelp}</p>
        <div className="row">
          <button type="submit" className="primary">{words.signIn}</button>
          {signedIn && <button type="button" onClick={onPublic}>{words.signOut}</button>}
        </div>
      </form>
    </Modal>
  );
}

export function PostsWindow({ open, onClose, demo, names, words, language, session, onSwitch, onPublic, onSignIn }) {
  const [filter, setFilter] = useState("");
  const groups = useMemo(() => {
    const sought = filter.trim().toLowerCase();
    const shown = demo?.users.filter((post) => {
      const text = [post.login, post.name, post.role, ...["zh", "en"].flatMap((each) => [
        called(names, "role", post.role, each), called(names, "unit", post.unit, each), called(names, "place", post.jurisdiction, each)])];
      return text.join(" ").toLowerCase().includes(sought);
    });
    return Object.keys(spheres).map((level) => [level, shown?.filter((post) => post.level === level) ?? []]);
  }, [filter, demo, names]);
  const found = groups.some(([, posts]) => posts.length);
  return (
    <Modal open={open} onClose={onClose} label={words.switchRole} words={words}>
      <p className="hint">{words.switchHelp}</p>
      <input type="search" className="filter" aria-label={words.filterPosts} placeholder={words.filterPosts} value={filter}
        onChange={(event) => setFilter(event.target.value)} />
      <div className="posts">
        {groups.map(([level, posts]) => posts.length > 0 && (
          <section key={level} aria-label={words.level[level]}>
            <h3>{words.level[level]}</h3>
            <ul>
              {posts.map((post) => (
                <li key={post.login}>
                  <button type="button" className={`post ${spheres[level]}`} aria-pressed={session.login === post.login}
                    data-post={post.login} onClick={() => onSwitch(post.login)}>
                    <span className="dot" aria-hidden="true" />
                    <span className="post-text">
                      <strong>{language === "zh" ? post.name : title(names, post, language)}</strong>
                      <small>{where(names, post, language)}</small>
                    </span>
                    <code>{post.login}</code>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {!found && <p className="empty">{words.noPosts}</p>}
      </div>
      <div className="row end">
        <button type="button" onClick={onSignIn}>{words.byName}</button>
        <button type="button" onClick={onPublic}>{words.asPublic}</button>
      </div>
    </Modal>
  );
}

export function ClockWindow({ open, onClose, words, today, onSet, message }) {
  const [day, setDay] = useState(today ?? "");
  useEffect(() => setDay(today ?? ""), [today, open]);
  const send = (event) => {
    event.preventDefault();
    onSet(day);
  };
  return (
    <Modal open={open} onClose={onClose} label={words.setDate} words={words} className="narrow">
      <form onSubmit={send} className="form">
        <p className="hint">{words.setDateHelp}</p>
        <label>{words.domainDate}
          <input type="date" name="day" required min="2018-01-01" max="2030-12-31" value={day}
            onChange={(event) => setDay(event.target.value)} />
        </label>
        {message && <p className="notice bad" role="alert">{message}</p>}
        <div className="row">
          <button type="submit" className="primary">{words.apply}</button>
          <button type="button" onClick={onClose}>{words.cancel}</button>
        </div>
      </form>
    </Modal>
  );
}

export function HelpWindow({ open, onClose, words }) {
  return (
    <Modal open={open} onClose={onClose} label={words.help} words={words} className="narrow">
      <dl className="keys">
        {words.shortcuts.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys.split(" + ").map((key, at) => <span key={key}>{at > 0 && " + "}<kbd>{key}</kbd></span>)}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

export function Acting({ me, session, names, words, language, demo, onIdentity, onPurpose, onAssignment, onClock }) {
  const role = me && called(names, "role", me.role, language);
  const purposes = Object.keys(names?.purpose ?? {});
  return (
    <div className="acting">
      <button type="button" className="who" onClick={onIdentity} data-action="identity" title={words.identity}>
        <Icon name="person" />
        {me ? (
          <span className="who-text">
            <strong>{language === "en" ? capital(role) : role}</strong>
            <small>{where(names, me, language)}</small>
          </span>
        ) : <span className="who-text"><strong>{words.public}</strong><small>{demo ? words.switchRole : words.signIn}</small></span>}
        <Icon name="down" />
      </button>
      {session.assignments.length > 1 && (
        <label className="choice"><span>{words.assignment}</span>
          <select value={session.assignment ?? ""} data-choice="assignment" onChange={(event) => onAssignment(event.target.value)}>
            {session.assignments.map((held) => (
              <option key={held.id} value={held.id}>
                {called(names, "role", held.role, language)} · {where(names, held, language)}
              </option>
            ))}
          </select>
        </label>
      )}
      {me && (
        <label className="choice"><span>{words.purpose}</span>
          <select value={me.purpose} data-choice="purpose" onChange={(event) => onPurpose(event.target.value)}>
            {[...new Set([me.purpose, ...purposes])].map((purpose) => (
              <option key={purpose} value={purpose}>{called(names, "purpose", purpose, language)}</option>
            ))}
          </select>
        </label>
      )}
      {me && (demo ? (
        <button type="button" className="choice clock" onClick={onClock} data-action="clock" title={words.setDate}>
          <span>{words.domainDate}</span><b>{me.today}</b>
        </button>
      ) : <div className="choice clock"><span>{words.domainDate}</span><b>{me.today}</b></div>)}
    </div>
  );
}
