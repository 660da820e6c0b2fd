/** What the thread is asked to do. */
export type ThreadRequest
  /** A whole copy of a database that may be written meanwhile, as it is at one instant, flushed and looked through. */
  = | { readonly kind: 'copy', readonly from: string, readonly to: string }
  /** Takes out of a copy all that a lab without jobs does not have. */
    | { readonly kind: 'empty', readonly database: string, readonly atMs: number }

/** What a copy holds. */
export interface CopyFacts {
  readonly schema: number
  readonly jobs: number
  readonly events: number
}

export type ThreadAnswer = { readonly facts: CopyFacts } | { readonly error: { readonly code: string | null, readonly message: string } }
