/** Names that Windows keeps for devices, with any extension. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i
const longest = 80

/**
 * A file name, without extension, from the name of a tensor: letters, digits, `_` and `-` stay, everything else (slashes,
 * dots, line breaks, quotes) becomes `_`, so that it is one name on every system whatever a model says.
 */
export function safeFileName(name: string): string {
  const plain = name.replace(/[^\w-]+/g, '_').slice(0, longest) || '_'
  return reserved.test(plain) ? `${plain}_` : plain
}

/** Safe names for all of them, made different where they would be the same on a system that ignores case. */
export function safeFileNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const base = safeFileName(name)
    let candidate = base
    for (let number = 2; taken.has(candidate.toLowerCase()); number++)
      candidate = `${base}_${number}`
    taken.add(candidate.toLowerCase())
    return candidate
  })
}
