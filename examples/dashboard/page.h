// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The loop, live</title>
<link rel="stylesheet" href="/dashboard.css">
<script src="/dashboard.js" defer></script>
</head>
<body>
<h1>The loop, live</h1>
<main></main>
<p id="state" data-open="false">not connected</p>
</body>
</html>
)html";

inline constexpr const char* kStyle = R"css(
body { font: 16px sans-serif; max-width: 46em; margin: 1.5em auto; padding: 0 1em }
figure { margin: 1em 0 }
figcaption { display: flex; justify-content: space-between }
output { font-weight: bold; font-variant-numeric: tabular-nums }
svg { width: 100%; height: 8em; background: #f4f6f8; display: block }
polyline { fill: none; stroke: #0a5dc2; stroke-width: 2; vector-effect: non-scaling-stroke }
#state[data-open=false] { color: #b00020 }
)css";

inline constexpr const char* kScript = R"js(
const SVG = 'http://www.w3.org/2000/svg'
const MOST = 120
const CHARTS = [
  {key: 'late_ms', title: 'How late the timers of the host\'s loop are', unit: 'ms', digits: 2, least: 1},
  {key: 'connections', title: 'Connections', unit: '', digits: 0, least: 4},
  {key: 'memory_kib', title: 'Memory', unit: 'KiB', digits: 0, least: 1024},
]

for (const chart of CHARTS) {
  const figure = document.createElement('figure')
  const caption = document.createElement('figcaption')
  caption.append(chart.title)
  chart.output = document.createElement('output')
  chart.output.id = chart.key
  caption.append(chart.output)
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${MOST - 1} 100`)
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', chart.title)
  chart.line = document.createElementNS(SVG, 'polyline')
  svg.append(chart.line)
  figure.append(caption, svg)
  document.querySelector('main').append(figure)
  chart.values = []
}

function draw(chart) {
  const top = 1.1 * Math.max(chart.least, ...chart.values)
  const shift = MOST - chart.values.length
  const points = chart.values.map((value, i) => `${shift + i},${(100 - 100 * value / top).toFixed(1)}`)
  chart.line.setAttribute('points', points.join(' '))
  chart.output.textContent = `${chart.values.at(-1).toFixed(chart.digits)} ${chart.unit}`
}

function show(open) {
  const state = document.getElementById('state')
  state.dataset.open = open
  state.textContent = open ? 'connected' : 'not connected'
}

// It comes again by itself when it is cut, and tells by Last-Event-ID what it has got.
const source = new EventSource('/samples')
source.onopen = () => show(true)
source.onerror = () => show(false)
source.addEventListener('sample', event => {
  const sample = JSON.parse(event.data)
  for (const chart of CHARTS) {
    chart.values.push(sample[chart.key])
    if (chart.values.length > MOST) chart.values.shift()
    draw(chart)
  }
  document.querySelector('main').dataset.last = event.lastEventId
})
)js";
