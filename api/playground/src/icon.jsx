// Small pictures, drawn here: nothing is fetched.
const PATHS = {
  run: "M7 4.5v15l12-7.5z",
  stop: "M6 6h12v12H6z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm0 2c-4.4 0-8 2.2-8 5v1h16v-1c0-2.8-3.6-5-8-5z",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  book: "M5 4h10a4 4 0 0 1 4 4v12H9a4 4 0 0 1-4-4zM5 16a4 4 0 0 1 4-4h10",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  pen: "M4 20l4-1L19 8l-3-3L5 16zM14 7l3 3",
  reply: "M4 5h16v11H10l-5 4v-4H4z",
  ask: "M9.5 9a2.6 2.6 0 1 1 3.8 2.3c-.9.5-1.3 1-1.3 2.2M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  back: "M15 6l-6 6 6 6",
  sun: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  keys: "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  format: "M4 6h16M8 12h12M4 18h16M4 10v4l2-2z",
  live: "M12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM8.5 8.5a5 5 0 0 0 0 7M15.5 8.5a5 5 0 0 1 0 7M5.6 5.6a9 9 0 0 0 0 12.8M18.4 5.6a9 9 0 0 1 0 12.8",
};
const FILLED = new Set(["run", "stop", "person"]);

export function Icon({ name }) {
  const filled = FILLED.has(name);
  return (
    <svg className="icon-svg" viewBox="0 0 24 24" aria-hidden="true" fill={filled ? "currentColor" : "none"}
      stroke={filled ? "none" : "currentColor"} strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}

// A door that stands open.
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M5 28V6a2 2 0 0 1 2-2h18a2 2 0 0 1 2 2v22" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
      <path d="M10 28V8.2c0-.5.4-.9.9-.8l8.6 2.3c.3.1.5.4.5.7V28z" fill="var(--brand)" />
      <circle cx="17.2" cy="19" r="1.3" fill="var(--surface)" />
      <path d="M3 28.4h26" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
    </svg>
  );
}
