export type Route = { readonly view: 'devices' | 'catalog' | 'jobs' } | { readonly view: 'job', readonly id: string }

export function hrefOf(route: Route): string {
  return route.view === 'job' ? `#/jobs/${encodeURIComponent(route.id)}` : `#/${route.view}`
}

/** The route that a location hash names; the devices for anything unknown. */
export function parseHash(hash: string): Route {
  const [view, id] = hash.replace(/^#?\/?/, '').split('/')
  if (view === 'jobs')
    return id ? { view: 'job', id: decode(id) } : { view }
  return { view: view === 'catalog' ? view : 'devices' }
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
