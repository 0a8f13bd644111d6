"""Load from `wrk` (Debian's package), bounded in time."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Two threads take turns on the list of requests.
SCRIPT = """
local lines = {}
for line in io.lines(os.getenv("BENCH_REQUESTS")) do lines[#lines + 1] = line end
local counter, threads = 0, 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
function init(args) at = id end
function request()
  local line = lines[at % #lines + 1]
  at = at + tonumber(os.getenv("BENCH_THREADS"))
  local method, path, token, values, body = line:match("([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t(.*)")
  local headers = {["X-Bench"] = values, ["Content-Type"] = "application/json"}
  if token ~= "" then headers["Authorization"] = "Bearer " .. token end
  if body == "" then body = nil end
  return wrk.format(method, os.getenv("BENCH_PATH") or path, headers, body)
end
function done(summary, latency, requests)
  io.write(string.format('RESULT {"requests": %d, "seconds": %f, "p50": %f, "p95": %f, "errors": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Result:
    """Requests a second; milliseconds; answers that were not 2xx."""

    rate: float
    p50: float
    p95: float
    errors: int
    requests: int


def run(requests: Path, *, port: int, clients: int, seconds: int, path: str = "") -> Result:
    """Send the listed requests, a line each: method, path, token, X-Bench, body."""
    script = requests.with_name("load.lua")
    script.write_text(SCRIPT)
    threads = min(2, clients)
    environment = {"BENCH_REQUESTS": str(requests), "BENCH_THREADS": str(threads)} | (
        {"BENCH_PATH": path} if path else {}
    )
    command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 30, check=True)
    found = re.search(r"RESULT (\{.*\})", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    told = json.loads(found[1])
    return Result(told["requests"] / told["seconds"], told["p50"], told["p95"], told["errors"], told["requests"])
