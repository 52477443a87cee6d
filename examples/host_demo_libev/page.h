// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Eddy in libev</title>
<style>
  body { font: 16px sans-serif; max-width: 22em; margin: 1.5em auto; padding: 0 1em; text-align: center }
  output { display: block; font-size: 64px }
</style>
</head>
<body>
<h1>Load of this machine</h1>
<output id="load">-</output>
<p>Read <b id="readings">0</b> times. Last line of standard input:</p>
<pre id="line"></pre>
<script>
  const element = id => document.getElementById(id)

  async function follow() {
    for (let version = -1;;) {
      try {
        const state = await (await fetch('/state/' + version)).json()
        version = state.version
        element('load').textContent = state.load.toFixed(2)
        element('readings').textContent = state.readings
        element('line').textContent = state.line
      } catch {
        element('line').textContent = 'The daemon does not answer'
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
