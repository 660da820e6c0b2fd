import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/**
 * A sheet on which text is drawn at known places, so that its true text is known without reading it back.
 *
 * Lines whose baselines are within `sameRow` pixels form one row of the truth, cells from left to right. `block()`
 * starts a part that is read after everything before it: the next column of a page.
 *
 * @param {{width: number, height: number, background?: string, font?: string, ink?: string, size?: number}} options
 */
export function createPage({ width, height, background = '#ffffff', font = 'DejaVu Sans', ink = '#1c1c1e', size = 16 }) {
  const sameRow = 5
  const shapes = []
  const cells = []
  let block = 0
  const page = {
    width,
    height,
    /** Draws one stretch of text with its baseline at y; `anchor` is start, middle or end. */
    text(x, y, content, options = {}) {
      const o = { font, size, fill: ink, weight: 'normal', anchor: 'start', style: 'normal', spacing: 0, ...options }
      shapes.push(`<text x="${x}" y="${y}" font-family="${o.font}" font-size="${o.size}" font-weight="${o.weight}" font-style="${o.style}" letter-spacing="${o.spacing}" text-anchor="${o.anchor}" fill="${o.fill}" xml:space="preserve">${escape(content)}</text>`)
      cells.push({ x, y, block, content })
      return page
    },
    /** Draws lines one under the other and returns the baseline below the last. */
    lines(x, y, leading, contents, options) {
      contents.forEach((content, i) => page.text(x, y + i * leading, content, options))
      return y + contents.length * leading
    },
    /** Adds raw SVG without text. */
    draw(svg) {
      shapes.push(svg)
      return page
    },
    rect: (x, y, w, h, fill, more = '') => page.draw(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" ${more}/>`),
    rule: (x1, y1, x2, y2, stroke = '#9a9a9a', strokeWidth = 1, more = '') => page.draw(`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="${strokeWidth}" ${more}/>`),
    block() {
      block++
      return page
    },
    inner: () => `<rect width="${width}" height="${height}" fill="${background}"/>${shapes.join('\n')}`,
    /** The true text. With `byRow`, blocks side by side are mixed row by row. */
    truth: ({ byRow = false } = {}) => truthOf(cells.map(cell => byRow ? { ...cell, block: 0 } : cell), sameRow),
  }
  return page
}

function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function truthOf(cells, sameRow) {
  const rows = []
  for (const cell of [...cells].sort((a, b) => a.block - b.block || a.y - b.y)) {
    const row = rows.at(-1)
    if (row && row[0].block === cell.block && cell.y - row[0].y <= sameRow)
      row.push(cell)
    else
      rows.push([cell])
  }
  return `${rows.map(row => row.sort((a, b) => a.x - b.x).map(cell => cell.content.trim()).join('  ')).join('\n')}\n`
}

/** Writes `name.png` (palette PNG) and `name.txt` into the folder. `svg` stands in for the page's own drawing. */
export async function writePage(folder, name, page, { svg, colours = 32 } = {}) {
  const drawing = svg ?? wrap(page.width, page.height, page.inner())
  await sharp(Buffer.from(drawing)).removeAlpha().png({ palette: true, colours, dither: 0, effort: 10, compressionLevel: 9 }).toFile(join(folder, `${name}.png`))
  await writeFile(join(folder, `${name}.txt`), page.truth())
}

/** A whole SVG document around its content. */
export function wrap(width, height, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`
}
