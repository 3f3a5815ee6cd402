// The viewer's document is that of `inspect --format json`, byte for byte: over what the fuzz
// targets found in captures, and over a thousand generated files.
//
// CLIENT names the client, FILES the folder of generated files (`cargo run -p carwatch-capture
// --example generate -- FOLDER 1000`); where they are not named, cargo makes them.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withPage } from './page.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORPUS = join(ROOT, 'fuzz/corpus/capture');
const TOGETHER = 25;
let client = process.env.CLIENT;
let files = process.env.FILES;
let made;

before(() => {
  const cargo = (...args) => execFileSync('cargo', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  if (!client) {
    const built = cargo('build', '--locked', '-p', 'client-smol', '--message-format', 'json');
    client = JSON.parse(built.split('\n').find((line) => line.includes('"executable":"'))).executable;
  }
  assert.ok(existsSync(client), `${client} is missing`);
  if (!files) {
    made = files = mkdtempSync(join(tmpdir(), 'carwatch-'));
    cargo('run', '--locked', '-p', 'carwatch-capture', '--example', 'generate', '--', files, '1000');
  }
});
after(() => made && rmSync(made, { recursive: true }));

test('over all seeds of captures', () => same(readdirSync(CORPUS).map((name) => join(CORPUS, name))));

test('over a thousand generated files', () => {
  const all = readdirSync(files).map((name) => join(files, name));
  assert.ok(all.length >= 1000, `${all.length} files`);
  return same(all);
});

async function same(all) {
  all.sort();
  for (let from = 0; from < all.length; from += TOGETHER) {
    const some = all.slice(from, from + TOGETHER);
    const { stdout } = spawnSync(client, ['inspect', ...some, '--format', 'json'], { encoding: 'utf8', maxBuffer: 1 << 28 });
    await withPage({}, async (page) => {
      await page.getByLabel('Files to open').setInputFiles(some);
      const said = await page.evaluate(() => window.carwatch.reportText());
      if (said !== stdout) {
        const at = [...said].findIndex((c, n) => c !== stdout[n]);
        assert.fail(`${some.map((path) => basename(path)).join(' ')}: from ${at} on\n${said.slice(at - 80, at + 200)}\ninstead of\n${stdout.slice(at - 80, at + 200)}`);
      }
    });
  }
}
