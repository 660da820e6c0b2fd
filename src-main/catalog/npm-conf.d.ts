declare module '@pnpm/npm-conf' {
  interface Conf {
    /** All settings merged, the strongest source winning. */
    readonly snapshot: Readonly<Record<string, unknown>>
    readonly sources: Readonly<Record<string, { readonly path?: string } | undefined>>
  }

  interface Loaded {
    readonly config: Conf
    readonly warnings: readonly string[]
  }

  function npmConf(settings?: Record<string, unknown>): Loaded

  namespace npmConf {
    const defaults: Readonly<{ registry: string }> & Readonly<Record<string, unknown>>
  }

  export = npmConf
}
