// Preloaded into a process under test: writes its peak memory, in MiB, to the file that WAXSEAL_RSS_REPORT names.

import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const path = process.env['WAXSEAL_RSS_REPORT'];
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS / 1024));
});
