const pages = ['devices', 'catalog', 'jobs', 'fleet', 'queues', 'timeline'] as const

export type Route
  = | { readonly view: typeof pages[number] }
    | { readonly view: 'job' | 'layout', readonly id: string }

export function hrefOf(route: Route): string {
  switch (route.view) {
    case 'job': return `#/jobs/${encodeURIComponent(route.id)}`
    case 'layout': return `#/devices/${encodeURIComponent(route.id)}/edit`
    default: return `#/${route.view}`
  }
}

/** The route that a location hash names; the devices for anything unknown. */
export function parseHash(hash: string): Route {
  const [view, id, action] = hash.replace(/^#?\/?/, '').split('/')
  if (view === 'jobs' && id)
    return { view: 'job', id: decode(id) }
  if (view === 'devices' && id && action === 'edit')
    return { view: 'layout', id: decode(id) }
  return { view: pages.find(page => page === view) ?? 'devices' }
}

export function goTo(route: Route): void {
  window.location.hash = hrefOf(route)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  }
  catch {
    return text
  }
}
