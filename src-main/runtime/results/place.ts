/** Where the result of an input lies in its job's folder of results. */
export interface ResultPlace {
  /** The lease it was made under; each has a pack of its own, so that nothing that an old worker still writes is in the way. */
  readonly epoch: number
  /** Where its record begins in the pack, and how long that is, in bytes. */
  readonly at: number
  readonly bytes: number
  /** Whether it has tensors beside its JSON. */
  readonly withFiles: boolean
}

/** The file that takes all results made under a lease. */
export function packName(epoch: number): string {
  return `e${epoch}.pack`
}

/** A place as it is kept in the store. */
export function placeText({ epoch, at, bytes, withFiles }: ResultPlace): string {
  return `${packName(epoch)}:${at}+${bytes}${withFiles ? ':files' : ''}`
}

/** Reads `placeText`; null for anything else, as for the path of a result that lies in a file of its own. */
export function parsePlace(text: string): ResultPlace | null {
  const [, epoch, at, bytes, files] = /^e(\d+)\.pack:(\d+)\+(\d+)(:files)?$/.exec(text) ?? []
  return epoch === undefined ? null : { epoch: Number(epoch), at: Number(at), bytes: Number(bytes), withFiles: files !== undefined }
}
