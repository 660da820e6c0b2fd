import { createPage, wrap } from './page.mjs'

/** A till receipt on a desk. */
export function receipt() {
  const page = createPage({ width: 620, height: 980, background: '#5b4a3d', font: 'Liberation Mono', size: 19, ink: '#23211f' })
  page.draw('<defs><linearGradient id="wood" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#5b4a3d"/><stop offset=".5" stop-color="#6a5748"/><stop offset="1" stop-color="#55453a"/></linearGradient></defs>')
  page.rect(0, 0, 620, 980, 'url(#wood)')
  const teeth = Array.from({ length: 24 }, (_, i) => `${70 + i * 20 + 10},${i % 2 ? 938 : 930} ${70 + (i + 1) * 20},938`).join(' ')
  page.draw('<rect x="78" y="44" width="480" height="900" fill="#000" opacity=".28"/>')
  page.draw(`<polygon points="70,34 550,34 550,938 ${teeth.split(' ').reverse().join(' ')} 70,938" fill="#fbfaf5"/>`)
  const middle = { anchor: 'middle' }
  page.text(310, 92, 'CORNER COFFEE', { ...middle, size: 34, weight: 'bold', font: 'Liberation Sans' })
  page.text(310, 124, '18 Harbour Street, Bristol', { ...middle, size: 17 })
  page.text(310, 148, 'Tel. 0117 496 0182', { ...middle, size: 17 })
  page.rule(100, 172, 520, 172, '#555', 2, 'stroke-dasharray="6 5"')
  page.text(100, 206, 'Receipt 004718').text(520, 206, 'Till 2', { anchor: 'end' })
  page.text(100, 234, '14/03/2025 08:42').text(520, 234, 'Served by Maya', { anchor: 'end' })
  page.rule(100, 254, 520, 254, '#555', 2, 'stroke-dasharray="6 5"')
  const items = [['2 x Flat white', '7.60'], ['1 x Oat cappuccino', '4.15'], ['1 x Almond croissant', '3.45'], ['2 x Cheese toastie', '11.90'], ['1 x Orange juice', '3.20'], ['1 x Beans 250 g', '9.75']]
  items.forEach(([name, price], i) => page.text(100, 294 + i * 36, name).text(520, 294 + i * 36, price, { anchor: 'end' }))
  page.rule(100, 492, 520, 492, '#555', 2)
  page.text(100, 528, 'Subtotal').text(520, 528, '40.05', { anchor: 'end' })
  page.text(100, 562, 'Loyalty discount').text(520, 562, '-2.00', { anchor: 'end' })
  page.text(100, 596, 'VAT 20 % included').text(520, 596, '6.34', { anchor: 'end' })
  page.text(100, 648, 'TOTAL GBP', { size: 28, weight: 'bold' }).text(520, 648, '38.05', { size: 28, weight: 'bold', anchor: 'end' })
  page.rule(100, 670, 520, 670, '#555', 2)
  page.text(100, 706, 'Visa debit **** 4471').text(520, 706, '38.05', { anchor: 'end' })
  page.text(100, 736, 'Authorisation code 682913')
  page.draw(barcode(190, 764, 240, 70))
  page.text(310, 872, 'Thank you, see you soon!', { ...middle, size: 20 })
  page.text(310, 904, 'www.cornercoffee.example', { ...middle, size: 17 })
  return { page }
}

/** Bars without meaning, always the same. */
function barcode(x, y, width, height, colour = '#23211f') {
  let seed = 7
  const bars = []
  for (let at = x; at < x + width;) {
    seed = (seed * 1103515245 + 12345) % 2147483648
    const bar = 1 + seed % 4
    bars.push(`<rect x="${at}" y="${y}" width="${bar}" height="${height}" fill="${colour}"/>`)
    at += bar + 2 + (seed >> 4) % 3
  }
  return bars.join('')
}

/** The label on the door of a server rack, screwed to grey metal. */
export function rackLabel() {
  const page = createPage({ width: 960, height: 600, background: '#3c4147', font: 'Liberation Sans', size: 24, ink: '#15181b' })
  page.draw(Array.from({ length: 60 }, (_, i) => `<line x1="0" y1="${i * 10}" x2="960" y2="${i * 10}" stroke="#454b52" stroke-width="3"/>`).join(''))
  page.rect(52, 42, 860, 520, '#22262a', 'rx="14" opacity=".6"').rect(44, 34, 860, 520, '#f4f2ea', 'rx="12"')
  for (const [x, y] of [[70, 60], [878, 60], [70, 528], [878, 528]])
    page.draw(`<circle cx="${x}" cy="${y}" r="9" fill="#9aa0a6"/><line x1="${x - 6}" y1="${y - 4}" x2="${x + 6}" y2="${y + 4}" stroke="#5c6268" stroke-width="2"/>`)
  page.rect(44, 92, 860, 96, '#f2b705')
  page.text(96, 162, 'RACK B-12', { size: 68, weight: 'bold' }).text(852, 162, 'ROW 4', { size: 44, weight: 'bold', anchor: 'end' })
  const facts = [['Node', 'gpu-node-07.lab.example'], ['Accelerators', '8 x H200 SXM, 141 GB'], ['Serial number', 'SN 5C2-88104-0931'], ['Power', '2 x 32 A, 400 V, feed A + B'], ['Commissioned', '2025-02-18']]
  facts.forEach(([name, value], i) => page.text(96, 240 + i * 44, name, { fill: '#4a4f55' }).text(330, 240 + i * 44, value, { weight: 'bold' }))
  page.rule(96, 446, 852, 446, '#b9b6ab', 2)
  page.draw(barcode(96, 464, 300, 48, '#15181b'))
  page.text(430, 484, 'Do not open while the fans run.', { size: 21, fill: '#a3161a', weight: 'bold' })
  page.text(430, 512, 'Service desk: extension 4410', { size: 21 })
  return { page }
}

/** A dark monitoring page with cards, a chart and a table. */
export function dashboard() {
  const page = createPage({ width: 1200, height: 760, background: '#12161c', font: 'DejaVu Sans', size: 15, ink: '#dfe5ec' })
  const dim = { fill: '#8a97a6' }
  page.rect(0, 0, 1200, 60, '#1a2029')
  page.draw('<circle cx="36" cy="30" r="12" fill="#3fb68b"/>')
  page.text(60, 37, 'Cluster overview', { size: 20, weight: 'bold' }).text(1170, 36, 'Last 24 hours', { ...dim, anchor: 'end' })
  const cards = [['GPU utilisation', '73.4 %', '+2.1 %'], ['Memory in use', '512 GiB', '80 % of 640'], ['Running jobs', '148', '12 waiting'], ['Power draw', '4.82 kW', 'limit 6.00 kW']]
  cards.forEach(([title, value, note], i) => {
    const x = 24 + i * 292
    page.rect(x, 84, 276, 128, '#1a2029', 'rx="10"')
    page.text(x + 20, 116, title, dim).text(x + 20, 162, value, { size: 32, weight: 'bold' }).text(x + 20, 194, note, { size: 14, fill: i === 1 ? '#e6b34c' : '#3fb68b' })
  })
  page.rect(24, 232, 568, 504, '#1a2029', 'rx="10"').rect(608, 232, 568, 504, '#1a2029', 'rx="10"')
  page.text(44, 268, 'Utilisation by hour', { weight: 'bold' })
  const hours = [38, 35, 30, 28, 31, 44, 58, 69, 77, 82, 85, 81, 79, 84, 88, 90, 86, 80, 74, 70, 66, 59, 50, 43]
  const points = hours.map((value, i) => `${96 + i * 20.6},${694 - value * 3.8}`).join(' ')
  for (const level of [0, 25, 50, 75, 100])
    page.rule(92, 694 - level * 3.8, 572, 694 - level * 3.8, '#2c3541').text(82, 699 - level * 3.8, `${level} %`, { ...dim, size: 13, anchor: 'end' })
  page.draw(`<polygon points="96,694 ${points} ${96 + 23 * 20.6},694" fill="#3f8ae0" opacity=".25"/><polyline points="${points}" fill="none" stroke="#5aa2f5" stroke-width="3"/>`)
  ;['00:00', '06:00', '12:00', '18:00'].forEach((hour, i) => page.text(100 + i * 124, 718, hour, { ...dim, size: 13 }))
  page.text(628, 268, 'Busiest nodes', { weight: 'bold' })
  const columns = [628, 800, 930, 1050]
  ;['Node', 'Load', 'Memory', 'Temp.'].forEach((title, i) => page.text(columns[i], 306, title, { ...dim, size: 14 }))
  const nodes = [['gpu-node-03', '98 %', '76 GiB', '71 C'], ['gpu-node-07', '95 %', '74 GiB', '69 C'], ['gpu-node-01', '91 %', '70 GiB', '68 C'], ['gpu-node-12', '88 %', '66 GiB', '66 C'], ['gpu-node-05', '84 %', '61 GiB', '64 C'], ['gpu-node-09', '79 %', '58 GiB', '63 C'], ['gpu-node-02', '74 %', '55 GiB', '61 C'], ['gpu-node-11', '69 %', '52 GiB', '60 C']]
  nodes.forEach((cells, row) => {
    const y = 346 + row * 48
    page.rule(628, y - 26, 1156, y - 26, '#2c3541')
    cells.forEach((cell, i) => page.text(columns[i], y, cell))
  })
  return { page }
}

/** A delivery note that was put on the scanner upside down and not quite straight. */
export function deliveryNote() {
  const page = createPage({ width: 820, height: 1000, background: '#fdfdfb', font: 'Liberation Serif', size: 21, ink: '#202124' })
  page.text(60, 90, 'Delivery note', { size: 42, weight: 'bold' })
  page.text(60, 130, 'Northgate Components Ltd.', { size: 22 })
  page.text(60, 160, '7 Mill Lane, Leeds LS1 4AP', { size: 22 })
  page.text(760, 130, 'No. DN-20417', { anchor: 'end' }).text(760, 160, '3 June 2025', { anchor: 'end' })
  page.rule(60, 188, 760, 188, '#202124', 2)
  page.text(60, 228, 'Deliver to:', { weight: 'bold' })
  page.lines(60, 260, 32, ['Tranche Test Laboratory', 'Unit 5, Foundry Park', 'Sheffield S3 8GG'])
  page.rect(60, 366, 700, 40, '#e6e8ea')
  const columns = [72, 150, 560, 748]
  const row = (y, cells, options) => cells.forEach((cell, i) => page.text(columns[i], y, cell, { ...options, anchor: i === 3 ? 'end' : 'start' }))
  row(393, ['Pos.', 'Article', 'Order no.', 'Quantity'], { weight: 'bold' })
  ;[['10', 'Power cable, 2 m, black', 'A-3391', '24'], ['20', 'Patch cable Cat 6A, 5 m', 'A-4410', '48'], ['30', 'Fan module, 80 mm', 'B-0172', '12'], ['40', 'Rail kit for 4U chassis', 'B-0885', '6'], ['50', 'Thermal paste, 30 g tube', 'C-2204', '10']]
    .forEach((cells, i) => {
      row(444 + i * 44, cells)
      page.rule(60, 460 + i * 44, 760, 460 + i * 44, '#c9ccd0')
    })
  page.lines(60, 716, 34, ['Goods received complete and undamaged.', 'Please report missing parts within 7 days.'])
  page.rule(60, 880, 330, 880, '#202124').rule(480, 880, 760, 880, '#202124')
  page.text(60, 908, 'Date', { size: 18 }).text(480, 908, 'Signature', { size: 18 })
  page.draw('<path d="M500 868 c18 -52 40 -44 34 -12 s22 20 34 -10 s22 -22 26 2 s30 6 44 -14 s40 -8 70 2" fill="none" stroke="#27408b" stroke-width="3"/>')
  const svg = wrap(900, 1080, `<rect width="900" height="1080" fill="#3a3d42"/><g transform="translate(450 540) rotate(182.5) translate(-410 -500)">${page.inner()}</g>`)
  return { page, svg }
}

/** Hills, a lake and a low sun: nothing to read. */
export function landscape() {
  const page = createPage({ width: 960, height: 640 })
  page.draw('<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#27365f"/><stop offset=".55" stop-color="#d9788b"/><stop offset="1" stop-color="#f7c68b"/></linearGradient><linearGradient id="lake" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#c98a86"/><stop offset="1" stop-color="#2b3a63"/></linearGradient></defs>')
  page.rect(0, 0, 960, 430, 'url(#sky)').rect(0, 430, 960, 210, 'url(#lake)')
  page.draw('<circle cx="620" cy="338" r="54" fill="#fff1c9"/>')
  page.draw('<path d="M0 350 L150 230 L260 320 L390 180 L560 340 L700 250 L860 350 L960 300 V430 H0 Z" fill="#6b5a86"/>')
  page.draw('<path d="M0 400 Q180 300 360 390 T720 380 T960 370 V430 H0 Z" fill="#46406b"/>')
  page.draw('<path d="M0 430 Q120 392 260 430 Z M700 430 Q840 380 960 430 Z" fill="#2c2a4d"/>')
  page.draw('<path d="M590 440 h60 M575 462 h92 M600 486 h44 M560 514 h120 M585 546 h70" stroke="#fbe3b5" stroke-width="6" stroke-linecap="round" opacity=".7"/>')
  for (const [x, y, s] of [[90, 470, 1.5], [170, 452, 1], [850, 480, 1.7], [780, 450, 1]])
    page.draw(`<g transform="translate(${x} ${y}) scale(${s})" fill="#1d2138"><path d="M0 -80 L22 -40 H10 L28 -10 H-28 L-10 -40 H-22 Z"/><rect x="-4" y="-12" width="8" height="22"/></g>`)
  return { page }
}
