import type { Command } from 'commander'
import type { Act } from '../context'
import type { NeedOptions } from '../needOptions'
import { deviceOf } from '../chooseDevice'
import { leaseLines } from '../leaseLines'
import { addNeedOptions, toNeed } from '../needOptions'
import { durationMs, wholeNumber } from '../quantities'
import { printable } from '../text'

interface GrantOptions extends NeedOptions { readonly profile?: string, readonly device?: string, readonly count: number, readonly ttl?: number, readonly idle?: number, readonly cut: boolean }

export function addLease(program: Command, act: Act): void {
  const lease = program.command('lease').description('who holds which slices, and for how long')
  addList(lease, act)
  addGrant(lease, act)
  addRenew(lease, act)
  addRelease(lease, act)
}

function addList(lease: Command, act: Act): void {
  lease.command('ls')
    .description('list the leases')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const leases = await withLab('ask', lab => lab.call('leases.list', {}))
      output.answer(leases, () => leases.length === 0 ? ['No leases. `tranche lease grant HOLDER --profile P` grants one.'] : leases.flatMap(held => leaseLines(held, Date.now(), output.style)))
    }))
}

function addGrant(lease: Command, act: Act): void {
  addNeedOptions(lease.command('grant <holder>')
    .description('lease slices to a VM, a person or a team: all that were asked for, or none')
    .option('--profile <profile>', 'what it holds, e.g. 2g.20gb')
    .option('--device <device>', 'where: id, the beginning of one, name or label (default: any)')
    .option('--count <n>', 'how many slices', wholeNumber, 1))
    .option('--ttl <time>', 'ends by itself after 30s, 10m, 2h (default: never)', durationMs)
    .option('--idle <time>', 'reclaimed after this long without a sign of use', durationMs)
    .option('--no-cut', 'only slices that are there already')
    .action((holder: string, options: GrantOptions, command: Command) => act(command, async ({ output, withLab }) => {
      const { profile, device, count, ttl, idle, cut } = options
      const need = toNeed(options)
      const held = await withLab('stay', async lab => lab.call('leases.grant', {
        holder,
        count,
        cut,
        ...profile !== undefined && { profile },
        ...device !== undefined && { device: (await deviceOf(lab, device)).id },
        ...need && { need },
        ...ttl !== undefined && { expiresInMs: ttl },
        ...idle !== undefined && { idleAfterMs: idle },
      }))
      output.answer(held, () => leaseLines(held, Date.now(), output.style))
    }))
}

function addRenew(lease: Command, act: Act): void {
  lease.command('renew <id>')
    .description('let a lease last longer; also a sign of use')
    .requiredOption('--epoch <n>', 'the lease\'s epoch: a lease that was granted anew since is not touched', wholeNumber)
    .option('--ttl <time>', 'ends this long from now: 30s, 10m, 2h (default: when it would have)', durationMs)
    .action((id: string, { epoch, ttl = null }: { epoch: number, ttl?: number | null }, command: Command) => act(command, async ({ output, withLab }) => {
      const held = await withLab('ask', lab => lab.call('leases.renew', { id, epoch, expiresInMs: ttl }))
      output.answer(held, () => leaseLines(held, Date.now(), output.style))
    }))
}

function addRelease(lease: Command, act: Act): void {
  lease.command('release <id>')
    .description('end a lease')
    .option('--revoke', 'a job\'s too: the job goes back to its queue with the results it has')
    .action((id: string, { revoke = false }: { revoke?: boolean }, command: Command) => act(command, async ({ output, withLab }) => {
      const released = await withLab('ask', lab => lab.call('leases.release', { id, revoke }))
      output.answer(released, () => [`Released ${printable(released.id)}.`])
    }))
}
