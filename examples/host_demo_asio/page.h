// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Eddy in Asio</title>
<style>
  body { font: 16px sans-serif; max-width: 22em; margin: 1.5em auto; padding: 0 1em }
  table { width: 100%; border-collapse: collapse }
  td { padding: .3em; border-bottom: 1px solid #ccc }
  td + td { text-align: right; font-variant-numeric: tabular-nums }
</style>
</head>
<body>
<h1>Measurements</h1>
<table><tbody id="values"></tbody></table>
<p><b id="lines">0</b> lines came by the feed</p>
<p id="trouble"></p>
<script>
  const element = id => document.getElementById(id)

  function row(cells) {
    const tr = document.createElement('tr')
    for (const text of cells) tr.insertCell().textContent = text
    return tr
  }

  async function follow() {
    for (let version = -1;;) {
      try {
        const state = await (await fetch('/state/' + version)).json()
        version = state.version
        element('values').replaceChildren(...Object.entries(state.values).map(row))
        element('lines').textContent = state.lines
        element('trouble').textContent = ''
      } catch {
        element('trouble').textContent = 'The program does not answer'
        version = -1
        await new Promise(resolve => setTimeout(resolve, 1000))
      }
    }
  }
  follow()
</script>
</body>
</html>
)html";
