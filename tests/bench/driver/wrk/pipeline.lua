-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- wrk -s pipeline.lua URL -- DEPTH: as many requests in one send.
local requests

function init(args)
  requests = string.rep(wrk.format(), tonumber(args[1]))
end

function request()
  return requests
end
