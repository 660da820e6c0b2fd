import type { Isolation } from '@contract/model'

/** What a host keeps from workers, one line each: `ok` where it does. */
export function isolationItems({ files, network, programs, endsWithLab }: Isolation): { readonly name: string, readonly ok: boolean, readonly detail: string }[] {
  const line = (name: string, ok: boolean, otherwise: string) => ({ name, ok, detail: ok ? '' : otherwise })
  return [
    line('Open files other than those of its job', files, 'It can: every file that you can open is open to it.'),
    line('Use the network', network, 'It can: nothing on this host stops it.'),
    line('Start other programs', programs, 'It can: nothing on this host stops it.'),
    line('Outlive the lab', endsWithLab, 'It can for a while: one that is stopped when the lab dies ends only once it goes on.'),
  ]
}
