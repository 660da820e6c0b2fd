/** A child process that runs worker code, whichever way this build starts processes. */
export interface ChildProcess {
  readonly pid: number | undefined
  readonly send: (message: unknown) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
  /** Called once, with the exit code or the signal's name. */
  readonly onExit: (listener: (how: { readonly code: number | null, readonly signal: string | null }) => void) => void
  /** Ends the process at once, without asking it. */
  readonly kill: () => void
}

/** Starts worker processes: Electron's utilityProcess in the app, child_process elsewhere. */
export interface ProcessHost {
  readonly fork: (entry: string, options: { readonly name: string, readonly env: Readonly<Record<string, string>> }) => ChildProcess
}
