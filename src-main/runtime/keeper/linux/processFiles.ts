import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second towards programs, whatever the kernel does itself (proc(5), `USER_HZ`). */
const msPerTick = 10

/**
 * What Linux tells of one process. Its files stay open: they belong to the process itself, so that a new process with the
 * same number is never taken for it. Answers are null once it is gone.
 */
export interface ProcessFiles {
  /** Resident memory. */
  readonly rssMiB: () => number | null
  /** Processor time since its begin, to 10 ms. */
  readonly cpuMs: () => number | null
  /** Whether its main thread computes, or waits for a core to do so. */
  readonly isRunnable: () => boolean
  readonly close: () => void
}

/** Opens them; null if there is no such process. */
export function openProcessFiles(pid: number): ProcessFiles | null {
  const files: number[] = []
  const open = (name: string) => files[files.push(openSync(`/proc/${pid}/${name}`, 'r')) - 1]
  const close = () => files.splice(0).forEach(file => closeSync(file))
  try {
    const memory = open('statm')
    const status = open('stat')
    return {
      rssMiB() {
        const pages = Number(read(memory)?.split(' ')[1])
        return pages > 0 ? pages * pageMiB() : null
      },
      cpuMs() {
        const fields = fieldsAfterName(read(status))
        return fields && (Number(fields[11]) + Number(fields[12])) * msPerTick
      },
      isRunnable: () => fieldsAfterName(read(status))?.[0] === 'R',
      close,
    }
  }
  catch {
    close()
    return null
  }
}

const buffer = new Uint8Array(1024)
const decoder = new TextDecoder('latin1')

function read(file: number): string | null {
  try {
    return decoder.decode(buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0)))
  }
  catch {
    return null
  }
}

/** The name of a program may hold spaces and brackets. */
function fieldsAfterName(line: string | null): string[] | null {
  const end = line?.lastIndexOf(') ') ?? -1
  return line && end >= 0 ? line.slice(end + 2).split(' ') : null
}

/** `AT_PAGESZ` in the table of numbers that the kernel gives each program (getauxval(3)). */
const pageSizeKey = 6n
let knownPageMiB: number | undefined

function pageMiB(): number {
  knownPageMiB ??= readPageBytes() / 2 ** 20
  return knownPageMiB
}

function readPageBytes(): number {
  const bytes = readFileSync('/proc/self/auxv')
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    if (bytes.readBigUInt64LE(at) === pageSizeKey)
      return Number(bytes.readBigUInt64LE(at + 8))
  }
  return 4096
}
