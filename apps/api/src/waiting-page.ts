import { createHash } from "node:crypto";

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5d6673; --ground: #f6f7f9; --line: #d9dde3; --accent: #2f6feb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa4b2; --ground: #111418; --line: #2b313a; --accent: #6ea0ff; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 26rem; margin: 1.5rem; padding: 1.75rem 2rem; border: 1px solid var(--line); border-radius: 12px; }
h1 { margin: 0 0 .5rem; font-size: 1.15rem; font-weight: 600; }
p { margin: .5rem 0 0; color: var(--soft); }
.bar { height: 3px; margin: 0 0 1.25rem; border-radius: 2px; background: var(--line); overflow: hidden; }
.bar::after { content: ""; display: block; width: 35%; height: 100%; background: var(--accent); animation: run 1.6s ease-in-out infinite; }
@keyframes run { from { transform: translateX(-110%); } to { transform: translateX(300%); } }
@media (prefers-reduced-motion: reduce) { .bar::after { animation: none; width: 100%; } }
`;

/** Shown while the web server is not up; it asks again by itself. */
export const WAITING_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2"><title>Community ADE is starting</title><style>${STYLE}</style></head>
<body><main role="status"><div class="bar" aria-hidden="true"></div><h1>The dashboard is not up yet</h1>
<p>It is starting or being restarted. This page looks again every two seconds.</p>
<p>The API and all running work are not affected.</p></main></body></html>
`;

const hash = createHash("sha256").update(STYLE).digest("base64");
export const WAITING_POLICY = `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'`;
