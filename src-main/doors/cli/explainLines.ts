import type { Device, Explanation, WantedCut } from '../../contract/model'
import type { Style } from './text'
import { placeText } from './cutText'
import { layoutOf, layoutText } from './layoutText'
import { printable, table } from './text'

/** Whether a profile fits a device, for a person: where, or what is in the way and the command that lets it in. */
export function explainLines(explanation: Explanation, device: Device, wanted: { readonly profile: string, readonly count: number }, style: Style): string[] {
  const { fits, starts, rule, message, blockedBy, smallestChange } = explanation
  const places = starts.map(start => placeText(device.mode, { start, size: 1 })).join(', ')
  return [
    fits ? style.good(`fits${places === '' ? '' : ` at ${places}`}`) : style.bad(`does not fit${rule === null ? '' : ` (${printable(rule)})`}`),
    ...message === '' ? [] : [printable(message)],
    ...blockedBy.length === 0 ? [] : ['In the way:', ...table(blockedBy.map(slice => [' ', slice.profile, placeText(device.mode, slice), slice.holder ?? 'free', slice.slice ?? '']))],
    ...smallestChange.length === 0 ? [] : ['The smallest change that lets it in:', ...smallestChange.map(change => `  ${printable(changeText(change, device))}`)],
    // Parts of a shared device come and go with their leases: no layout can be applied there.
    ...smallestChange.length === 0 || device.mode === 'shared' ? [] : [`  ${printable(applyCommand(explanation, device, wanted))}`],
  ]
}

function changeText({ move, profile, from, to }: Explanation['smallestChange'][number], { mode }: Device): string {
  const place = (start: number) => placeText(mode, { start, size: 1 })
  return to === null ? `remove ${profile} from ${place(from)} (${move})` : `move ${profile} from ${place(from)} to ${place(to)} (${move})`
}

/** The command that makes the change and cuts what was asked for. */
function applyCommand({ smallestChange }: Explanation, device: Device, { profile, count }: { readonly profile: string, readonly count: number }): string {
  const kept = layoutOf(device).flatMap<WantedCut>(({ id, ...cut }) => {
    const change = smallestChange.find(({ move }) => move === id)
    return change === undefined ? [cut] : change.to === null ? [] : [{ ...cut, start: change.to }]
  })
  const cuts = [...kept, ...Array.from({ length: count }, () => ({ profile }))]
  return `tranche slice apply --device ${device.id} --layout "${layoutText(cuts)}"`
}
