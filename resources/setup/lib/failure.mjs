import process from 'node:process'

/** One line of a stack trace, as Node and npm print it. */
const STACK_LINE = /^(?:npm error)?\s+at .*:\d+:\d+\)?(?: \{)?$/

/** A failure a person can act on: what happened, and the command or step that comes next. */
export class SetupFailure extends Error {
  /**
   * @param {string} what what happened, in one line
   * @param {string} [next] what to do, with the exact command
   * @param {string} [output] what the failed program printed, shown before the two lines, without its stack traces
   */
  constructor(what, next, output) {
    super(what)
    this.name = 'SetupFailure'
    this.next = next
    this.output = output
  }
}

/**
 * The lines shown for an error, without a stack trace (unless `TRANCHE_DEBUG` asks for one).
 *
 * @param {unknown} error
 * @returns {string} without a newline at the end
 */
export function describeFailure(error) {
  const lines = []
  if (error instanceof SetupFailure) {
    const output = error.output?.split('\n').filter(line => !STACK_LINE.test(line)).join('\n').trimEnd()
    if (output)
      lines.push(output)
    lines.push(`tranche: ${error.message}`)
    if (error.next)
      lines.push(`  next: ${error.next}`)
  }
  else {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error instanceof Error ? error : new Error(String(error)))
    lines.push(`tranche: ${code === 'ENOSPC' ? `the disk is full (${message})` : message}`)
    lines.push(code === 'ENOSPC'
      ? '  next: free about 1 GB and run the same command again; it goes on where it stopped'
      : '  next: run the same command again; TRANCHE_DEBUG=1 in front of it shows where it failed')
  }
  if (process.env.TRANCHE_DEBUG && error instanceof Error && error.stack)
    lines.push(error.stack)
  return lines.join('\n')
}

/**
 * Runs a command's main function and turns whatever it throws into a message and exit code 1.
 *
 * @param {() => Promise<number | void>} main resolves to the exit code; nothing means "leave it as it is"
 * @returns {Promise<void>}
 */
export async function guard(main) {
  try {
    const code = await main()
    if (code !== undefined)
      process.exitCode = code
  }
  catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    process.exitCode = 1
  }
}
