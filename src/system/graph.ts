/**
 * The transition system of a program, as a graph of small actions: every call inlined, every access to
 * shared memory a node of its own, expressions over locals and constants only. A step of a CPU runs from
 * one control point to the next; `points` says which nodes those are.
 */
import type { Demand, Effect, ExprNode, LockUse, Place, StmtNode } from '../lang/nodes.ts';
import type { Program } from '../lang/program.ts';
import type { Type } from '../lang/types.ts';

/** Index into `Graph.nodes`. */
export type NodeId = number;

/** Where in the encodings a node comes from. */
export interface Site {
  /** The functions it is in, outermost first. */
  readonly calls: readonly string[];
  readonly stmt: StmtNode;
}

interface Common {
  readonly site: Site;
  /** The interpreter pauses before it: it counts as a step of the trace. */
  readonly pause: boolean;
}

/** `local` names are unique to one inlined call. Place pointers, indices and values read locals only. */
export type Action =
  | { readonly op: 'assign'; readonly local: string; readonly value: ExprNode; readonly next: NodeId }
  | { readonly op: 'load'; readonly local: string; readonly place: Place; readonly next: NodeId }
  | { readonly op: 'store'; readonly place: Place; readonly value: ExprNode; readonly next: NodeId }
  /** Indivisible: waits for `until`, judges `demands`, then stores `effects`; these may read memory. */
  | {
      readonly op: 'primitive';
      readonly until: ExprNode | null;
      readonly demands: readonly Demand[];
      readonly effects: readonly Effect[];
      readonly lock: LockUse | null;
      readonly next: NodeId;
    }
  | {
      readonly op: 'observe';
      readonly when: ExprNode | null;
      readonly effects: readonly Effect[];
      readonly next: NodeId;
    }
  | { readonly op: 'branch'; readonly test: ExprNode; readonly then: NodeId; readonly otherwise: NodeId }
  | {
      readonly op: 'choose';
      readonly local: string;
      readonly values: readonly ExprNode[];
      readonly next: NodeId;
    }
  | { readonly op: 'assume'; readonly test: ExprNode; readonly next: NodeId }
  /** A finding of `property` where `test` holds; the task dies there if it is `fatal`. */
  | {
      readonly op: 'finding';
      readonly property: string;
      readonly says: string;
      readonly test: ExprNode;
      readonly fatal: boolean;
      readonly next: NodeId;
    }
  /** The predicate of `property` is judged here if no other CPU is inside its functions. */
  | { readonly op: 'judge'; readonly property: string; readonly next: NodeId }
  /** A place that `reach:TARGET` asks for. */
  | { readonly op: 'reach'; readonly target: string; readonly next: NodeId }
  /** Nothing happens: a constant was read, or two ways meet. */
  | { readonly op: 'skip'; readonly next: NodeId }
  /** The operation returns; the CPU is idle. */
  | { readonly op: 'end' };

export type GraphNode = Action & Common;

/** A node where a CPU may stand between two steps, with what it must remember there. */
export interface Point {
  readonly node: NodeId;
  /** Locals that are read later, sorted by name. */
  readonly live: readonly string[];
}

export interface Graph {
  readonly program: Program;
  /** A step is a whole operation, of the one CPU that runs: the first, where the program has several. */
  readonly whole: boolean;
  readonly nodes: readonly GraphNode[];
  /** Entry node of each operation, in the program's order. */
  readonly entries: readonly { readonly operation: string; readonly node: NodeId }[];
  /** Point 0 is idle and stands for no node; `points[i]` has number i + 1. */
  readonly points: readonly Point[];
  readonly locals: ReadonlyMap<string, Type>;
  /** Locals that are read after each reachable node is entered, by node. */
  readonly live: ReadonlyMap<NodeId, ReadonlySet<string>>;
  /** `struct.field` storages that nothing stores to: they keep their initial values. */
  readonly constants: ReadonlySet<string>;
  /** Those that nothing reads: they are not part of the state. */
  readonly unread: ReadonlySet<string>;
  /** Findings that say that a loop goes round more often than it was unrolled, with the loop's name. */
  readonly cuts: ReadonlyMap<NodeId, string>;
}

/** How many CPUs take steps. */
export function runningCpus({ whole, program }: Graph): number {
  return whole ? 1 : program.bounds.cpus;
}

/** The nodes that can follow in the same or the next step. */
export function successors(node: Action): readonly NodeId[] {
  switch (node.op) {
    case 'branch':
      return [node.then, node.otherwise];
    case 'end':
      return [];
    default:
      return [node.next];
  }
}
