import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { workerFile } from './worker-file.ts';

test('a worker written in TypeScript starts from its sources', async () => {
  const worker = new Worker(await workerFile('solver/z3-worker'));
  const ready = await new Promise((resolve) => worker.once('message', resolve));
  expect(ready).toHaveProperty('version');
  await worker.terminate();
});

test('a worker that does not exist is an error', async () => {
  await expect(workerFile('solver/no-such-worker')).rejects.toThrow(/no-such-worker/);
});
