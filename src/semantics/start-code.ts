/** The ways to start operations: a function for each, and one that runs them all. */
import { postorder } from '../system/points.ts';
import type { Start } from '../system/starts.ts';
import type { CodeContext } from './code-context.ts';
import { type Compiled, NO_SUCCESSOR, type Way } from './compiled.ts';
import { onFirstCall } from './environment.ts';
import type { WriteSegment } from './segment-code.ts';

/** One way for each of `separated`; where a way is all of its operation, it is the one of `starts`. */
export function waysToStart(
  { graph, environment, pointNumber }: CodeContext,
  segment: WriteSegment,
  separated: readonly Start[],
  starts: Compiled['starts'],
): readonly Way[] {
  return separated.map(({ operation, choices, node }): Way => {
    const own = graph.entries[operation]?.node === node;
    return {
      operation,
      choices,
      run: own
        ? (starts[operation] as Way['run'])
        : onFirstCall(() => environment.evaluate(segment(node, []))),
      chooses: postorder(graph.nodes, [node], (id) => pointNumber.has(id)).some(
        (id) => !pointNumber.has(id) && graph.nodes[id]?.op === 'choose',
      ),
    };
  });
}

/** All ways in one function, so that what they have in common is done once and calls cost nothing. */
export function driver(
  { environment }: CodeContext,
  segment: WriteSegment,
  separated: readonly Start[],
  { starts, ways }: Pick<Compiled, 'starts' | 'ways'>,
): string {
  const bodies: string[] = [];
  const calls = separated.map(({ node }, number) => {
    const way = ways[number] as Way;
    if (way.chooses) return `open(${number});`;
    const separate = way.run !== starts[way.operation];
    if (separate) bodies.push(segment(node, []));
    const name = separate ? `step_${node}` : environment.named(`start_${way.operation}`, () => way.run);
    return `current.way = ${number};\nr = ${name}(cpu);\nif (r !== ${NO_SUCCESSOR}) told(r);`;
  });
  return `(() => {\n${bodies.join('\n')}\nreturn (cpu, told, open) => {\nlet r = 0;\n${calls.join('\n')}\n};\n})()`;
}
