// Loaded before a measured program: at its end it writes down what the process used.
const fs = require('node:fs')

const file = process.env.BENCH_USAGE
delete process.env.BENCH_USAGE
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  fs.writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, memoryMb: maxRSS / 1024 }))
})
