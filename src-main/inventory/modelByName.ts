import type { GpuModel, GpuTables } from '../slicing/gpuModel'

/** Words of a product name that tell neither the chip nor the memory: makers, sockets, memory kinds, editions. */
const formWords = /^(?:nvidia|tesla|grid|pcie|sxm\d?|hbm\w*|server|workstation|edition|max|q)$/
/** Drivers report up to 8 % less than the card has (GDDR with ECC); the next bigger card of the same name has a fifth more. */
const memoryTolerance = { least: 0.9, most: 1.02 }

/**
 * The table of a GPU by the product name that a driver prints: `NVIDIA A100-SXM4-80GB`, `NVIDIA H100 80GB HBM3`,
 * `Tesla T4`. Where one name has several memory sizes, the size decides: the one given, or else the one in the name.
 *
 * `memoryMiB` is the whole frame buffer as the driver reports it, or null.
 *
 * @returns undefined where no table fits, or where more than one does
 */
export function modelByName(name: string, memoryMiB: number | null, gpus: GpuTables): GpuModel | undefined {
  const wanted = productOf(name)
  const size = memoryMiB ?? (wanted.memoryGB === null ? null : wanted.memoryGB * 1024)
  const fits = (gpu: GpuModel) => size === null || (size >= gpu.memoryMiB * memoryTolerance.least && size <= gpu.memoryMiB * memoryTolerance.most)
  const named = (family: string) => [...gpus.values()].filter(gpu => familiesOf(gpu).has(family) && fits(gpu))
  // An NVL board is a model of its own only where a table says so: the H100's has, the H200's has not.
  const candidates = [named(wanted.family), named(wanted.family.replace(/ nvl$/, ''))].find(found => found.length > 0) ?? []
  return candidates.length === 1 ? candidates[0] : undefined
}

function familiesOf(gpu: GpuModel): Set<string> {
  const boards = gpu.vgpu?.boards.map(({ board }) => board.toLowerCase()) ?? []
  return new Set([...boards, ...[gpu.name, ...gpu.aliases].map(name => productOf(name).family)])
}

/** `NVIDIA A100-SXM4-80GB` is `a100` with 80 GB. */
function productOf(name: string): { family: string, memoryGB: number | null } {
  const words = name.slice(0, 200).toLowerCase().replace(/ mig .*/, '').split(/[\s_-]+/).filter(word => word !== '')
  const sizes = words.map(word => /^(\d{1,4})gb?$/.exec(word)?.[1]).filter(size => size !== undefined)
  const family = words.filter(word => !formWords.test(word) && !/^\d{1,4}gb?$/.test(word)).join(' ')
  const memoryGB = sizes.length === 1 ? Number(sizes[0]) : null
  // A Grace Hopper with 96 GB is named after the memory of its CPU, and cut as an H100 of 96 GB.
  if (family === 'gh200' && memoryGB !== 144)
    return { family: 'h100', memoryGB: 96 }
  // Only the 80 GB board is named without its memory.
  if (family === 'h100' && memoryGB === null && words.includes('pcie'))
    return { family, memoryGB: 80 }
  return { family, memoryGB }
}
