import type { ErrorShape } from '../contract/errors'

/** The whole page that stands in the window when the lab cannot open. It has no script, so nothing of it can fail. */
export function failurePage(error: ErrorShape, stateDir: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tranche could not start</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#f3f4f6, #141619); color: light-dark(#1a1d21, #e5e8eb) }
main { max-width: 620px; margin: 14vh auto 0; padding: 0 24px }
h1 { font-size: 22px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; color: light-dark(#545c66, #a2abb5) }
dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: 13px }
</style>
</head>
<body>
<main role="alert">
<h1>Tranche could not start</h1>
<p>${escapeHtml(error.message)}</p>
<p>Close this window, do what it says, and start Tranche again. The jobs and results in the state folder stay as they are.</p>
<dl>
<dt>State folder</dt><dd>${escapeHtml(stateDir)}</dd>
<dt>Code</dt><dd>${escapeHtml(error.code)}</dd>
</dl>
</main>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' }
  return text.replace(/[&<>"']/g, character => entities[character] ?? character)
}
