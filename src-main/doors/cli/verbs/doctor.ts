import type { Command } from 'commander'
import type { Check } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import { toErrorShape } from '../../../contract/errors'
import { exitStatus } from '../exitStatus'
import { printable } from '../text'

export function addDoctor(program: Command, act: Act): void {
  program.command('doctor')
    .description('check that the lab is whole and can run jobs; exit status 1 if not')
    .option('--acknowledge', 'take note that a damaged database was replaced by an older copy, so that it is told no more')
    .action((options: { readonly acknowledge?: boolean }, command: Command) => act(command, async (context) => {
      if (options.acknowledge)
        await context.withLab('ask', lab => lab.call('lab.acknowledge', {}))
      const checks = await labChecks(context)
      const ok = checks.every(check => check.ok)
      const { output } = context
      output.answer({ ok, checks }, () => lines(checks, context))
      return ok ? exitStatus.done : exitStatus.failed
    }))
}

/** A lab that cannot be opened is what a doctor is asked about, so it is an answer and no failure. */
async function labChecks({ stateDir, withLab }: VerbContext): Promise<readonly Check[]> {
  try {
    return (await withLab('ask', lab => lab.call('doctor.run', {}))).checks
  }
  catch (thrown) {
    const { code, message } = toErrorShape(thrown)
    return [{ name: 'state folder', ok: false, detail: `${stateDir} cannot be opened (${code}). ${message}` }]
  }
}

function lines(checks: readonly Check[], { output: { style } }: VerbContext): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks.map(({ name, ok, detail }) => {
    const mark = ok ? style.good('ok    ') : style.bad('FAILED')
    return `${mark}  ${printable(name).padEnd(width)}  ${printable(detail)}`
  })
}
