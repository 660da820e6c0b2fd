import type { Act, CliHost } from './context'
import { CommanderError } from 'commander'
import { toErrorShape, TrancheError } from '../../contract/errors'
import { createContext } from './context'
import { exitStatus, statusOf } from './exitStatus'
import { Output } from './output'
import { createProgram } from './program'

/**
 * Runs one command line to its end. Never rejects: what went wrong is told on stderr, and with `--json` on stdout as well.
 *
 * @returns the exit status
 */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  let status: number = exitStatus.done
  const act: Act = async (command, verb) => {
    status = await verb(createContext(host, command.optsWithGlobals())) ?? exitStatus.done
  }
  const program = createProgram(act, {
    out: text => host.stdout.write(text),
    err: text => host.stderr.write(text),
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return status
  }
  catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0)
      return exitStatus.done
    const error = toErrorShape(thrown instanceof CommanderError ? wrongUse(thrown) : thrown)
    new Output({ ...host, json: wantsJson(args) }).failure(error)
    if (host.env.TRANCHE_DEBUG && thrown instanceof Error)
      host.stderr.write(`${thrown.stack}\n`)
    return statusOf(error.code)
  }
}

/** Commander's own complaint, in the product's words: `unknown command 'devcies'`, with what was meant where it can tell. */
function wrongUse(thrown: CommanderError): TrancheError {
  if (thrown.code === 'commander.help')
    return new TrancheError('invalid_input', 'Name what to do. The verbs are listed above.')
  const said = thrown.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/, '. Did you mean $1?')
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1)}`
  return new TrancheError('invalid_input', `${/[.?!]$/.test(sentence) ? sentence : `${sentence}.`} See \`tranche --help\`.`)
}

/** Known before the command line is parsed, as parsing may be what fails. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).includes('--json')
}
