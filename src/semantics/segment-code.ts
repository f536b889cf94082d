/** Code for steps: from where a CPU starts or stands to the control points where it can stop next. */
import { assert } from '../support/assert.ts';
import { type GraphNode, type NodeId, successors } from '../system/graph.ts';
import type { CodeContext } from './code-context.ts';
import { SUCCESSOR } from './compiled.ts';
import type { ExpressionWriter } from './expression-code.ts';
import { idleJudgements } from './judgement-code.ts';
import type { NodeWriter } from './node-code.ts';
import { remembered, stop } from './register-code.ts';
import type { StepExits } from './step-exits.ts';
import { writeRegion } from './structure.ts';

/** The function of the step from a node. */
export type WriteSegment = (from: NodeId, live: readonly string[]) => string;

/** Writes steps of the context's graph. */
export function segmentWriter(
  context: CodeContext,
  { expr }: ExpressionWriter,
  { statement }: NodeWriter,
  exits: StepExits,
): WriteSegment {
  const { graph, locals, pointNumber } = context;

  /** The node where the segment being written begins; as a region's node it is called ENTRY. */
  let entry: NodeId = 0;
  const ENTRY: NodeId = -1;
  const nodeAt = (id: NodeId) => graph.nodes[id === ENTRY ? entry : id] as GraphNode;

  function straight(id: NodeId): { code: string; next: NodeId } | null {
    const node = nodeAt(id);
    if (node.op === 'branch' || node.op === 'end' || pointNumber.has(id)) return null;
    const count = node.pause ? 'n++; ' : '';
    return { code: count + statement(id === ENTRY ? entry : id, node), next: node.next };
  }

  function branching(id: NodeId, go: (next: NodeId) => string): string {
    const node = nodeAt(id);
    const number = pointNumber.get(id);
    if (number !== undefined)
      return `${stop(context, number, graph.points[number - 1]?.live ?? [])}\nreturn ${SUCCESSOR};`;
    if (node.op === 'end') return `${stop(context, 0, [])}\n${idleJudgements(context)}return ${SUCCESSOR};`;
    assert(node.op === 'branch', 'a node with several ways out is a branch');
    return `if (${expr(node.test)}) {\n${go(node.then)}\n} else {\n${go(node.otherwise)}\n}`;
  }

  function segment(from: NodeId, live: readonly string[]): string {
    entry = from;
    exits.enter(from);
    locals.clear();
    const loads = remembered(context, live).map((load) => `${load};`);
    const body = writeRegion({
      entry: ENTRY,
      successors: (id) => (pointNumber.has(id) ? [] : successors(nodeAt(id))),
      straight,
      code: branching,
    });
    const declared = locals.all().map((v) => `${v} = 0`);
    return `function step_${from}(cpu) {\nlet n = 0, o = 0, i = 0, b = 0, d = 0${declared.length ? `, ${declared.join(', ')}` : ''};\n${loads.join('\n')}\n${body}\n}`;
  }

  return segment;
}

/** The function `die`: what the end of a task by an oops does to the state, after `stores`. */
export function deathCode(context: CodeContext, stores: string): string {
  const declared = context.locals
    .all()
    .map((v) => `, ${v} = 0`)
    .join('');
  return `function die(cpu, n) {\nlet b = 0, o = 0, i = 0${declared};\nbury(cpu);\n${stores}\n${stop(context, 0, [])}\n${idleJudgements(context)}return ${SUCCESSOR};\n}`;
}
