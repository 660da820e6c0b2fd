import type { Command } from 'commander'
import type { Tenant, TenantKind } from '../../../contract/model'
import type { Act } from '../context'
import type { TenantOptions } from '../termsOptions'
import { Option } from 'commander'
import { tenantKinds } from '../../../contract/model'
import { addTenantOptions, limitText, toTenantTerms } from '../termsOptions'
import { printable, table } from '../text'

export function addTenant(program: Command, act: Act): void {
  const tenant = program.command('tenant').description('who asks for slices: what each is due and what it uses')
  tenant.command('ls')
    .description('list the tenants as a tree')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const tenants = await withLab('ask', lab => lab.call('tenants.list', {}))
      output.answer(tenants, () => tenantLines(tenants))
    }))
  addTenantOptions(tenant.command('add <name>')
    .description('add a tenant')
    .option('--parent <path>', 'the tenant it lies below (default: the lab)')
    .addOption(new Option('--kind <kind>', 'what it is').choices(tenantKinds)))
    .action((name: string, { parent, kind, ...options }: TenantOptions & { parent?: string, kind?: TenantKind }, command: Command) => act(command, async ({ output, withLab }) => {
      const added = await withLab('ask', lab => lab.call('tenants.add', { name, ...parent !== undefined && { parent }, ...kind && { kind }, terms: toTenantTerms(options, null) }))
      output.answer(added, () => tenantLines([added]))
    }))
  addTenantOptions(tenant.command('set <tenant>')
    .description('change what a tenant is due and may take')
    .option('--name <name>', 'another name')
    .option('--parent <path>', 'put it below another tenant'))
    .action((id: string, { name, parent, ...options }: TenantOptions & { name?: string, parent?: string }, command: Command) => act(command, async ({ output, withLab }) => {
      const changed = await withLab('ask', async (lab) => {
        const before = (await lab.call('tenants.list', {})).find(each => each.id === id || each.path === id)
        return lab.call('tenants.change', { id, ...name !== undefined && { name }, ...parent !== undefined && { parent }, terms: toTenantTerms(options, before?.terms ?? null) })
      })
      output.answer(changed, () => tenantLines([changed]))
    }))
  tenant.command('rm <tenant>')
    .description('remove a tenant without jobs')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const removed = await withLab('ask', lab => lab.call('tenants.remove', { id }))
      output.answer(removed, () => [`Removed ${printable(id)}.`])
    }))
}

function tenantLines(tenants: readonly Tenant[]): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  return table([
    ['tenant', 'weight', 'guaranteed', 'cap', 'uses', 'lately', 'due', 'running', 'waiting'],
    ...[...tenants].sort(byTree(tenants)).map(({ path, parent, terms, use }) => [
      parent === null ? path : `${'  '.repeat(path.split('/').length)}${path.split('/').at(-1)}`,
      String(terms.weight),
      limitText(terms.guaranteed, '-'),
      limitText(terms.cap, '-'),
      percent(use.share),
      percent(use.faded),
      percent(use.due),
      String(use.running),
      String(use.queued),
    ]),
  ])
}

/** The root first, then each tenant before those below it. */
function byTree(tenants: readonly Tenant[]): (a: Tenant, b: Tenant) => number {
  const root = tenants.find(({ parent }) => parent === null)?.id
  const key = ({ id, path }: Tenant) => id === root ? '' : path
  return (a, b) => key(a).localeCompare(key(b))
}
