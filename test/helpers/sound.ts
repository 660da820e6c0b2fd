import { Buffer } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'

const headerBytes = 44

/** Writes a WAV file of plain samples with its sound repeated, so that it takes longer to listen to. */
export function repeatSound(from: string, to: string, times: number): void {
  const bytes = readFileSync(from)
  const sound = bytes.subarray(headerBytes)
  const header = Buffer.from(bytes.subarray(0, headerBytes))
  header.writeUInt32LE(headerBytes - 8 + sound.length * times, 4)
  header.writeUInt32LE(sound.length * times, 40)
  writeFileSync(to, Buffer.concat([header, ...Array.from({ length: times }, () => sound)]))
}
