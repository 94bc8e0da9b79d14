-- One request again and again. With BENCH_SINCE, which is a time in milliseconds, the request names
-- it and moves it on with the clock, as the polls of a page that has been open for a while do.

local STEP = 5 -- seconds from one time of a series to the next

local path = os.getenv("BENCH_PATH")
local headers = { [os.getenv("BENCH_HEADER")] = os.getenv("BENCH_VALUE") }
local since = tonumber(os.getenv("BENCH_SINCE") or "")
local started = os.time()
local made, made_for

function request()
  local steps = since and math.floor((os.time() - started) / STEP) or 0
  if steps ~= made_for then
    local full = path
    if since then
      full = string.format("%s&since=%.0f", path, since + steps * STEP * 1000)
    end
    made, made_for = wrk.format("GET", full, headers), steps
  end
  return made
end

-- The last line is for cargo xtask bench. wrk tells times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"p50":%d,"p99":%d,"max":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
