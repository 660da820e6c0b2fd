import type { ErrorShape } from '../contract/errors'
import type { Lab } from '../lab'

/** The lab of the app while it opens, once it has opened, or why it could not. */
export class LabOpening {
  readonly opened: Promise<Lab>
  #lab: Lab | null = null
  #failure: ErrorShape | null = null

  constructor(open: () => Promise<Lab>) {
    this.opened = this.#follow(open)
  }

  /** Called once if the lab could not open, after `failure` is known. */
  onFailure(listener: (failure: ErrorShape, thrown: unknown) => void): void {
    this.opened.catch(thrown => this.#failure && listener(this.#failure, thrown))
  }

  /** Null while it opens and when it could not. */
  get lab(): Lab | null {
    return this.#lab
  }

  /** Null while it opens and once it has. */
  get failure(): ErrorShape | null {
    return this.#failure
  }

  /** Closes the lab, also one that is only just opening. */
  async close(): Promise<void> {
    const lab = await this.opened.catch(() => null)
    await lab?.close()
  }

  async #follow(open: () => Promise<Lab>): Promise<Lab> {
    try {
      this.#lab = await open()
      return this.#lab
    }
    catch (thrown) {
      const { toErrorShape } = await import('../contract/errors')
      this.#failure = toErrorShape(thrown)
      throw thrown
    }
  }
}
