/** Comments, quoted symbols, parentheses, and all other words of a script. */
const TOKENS = /;[^\n]*|\|[^|]*\||[()]|[^\s()|;]+/g;

/**
 * A script without its comments and with names for the constants that it declares by where they first occur. Two
 * scripts with the same nameless text ask the same question, one of `x` and the other of `y`.
 */
export function nameless(script: string): string {
  const tokens = (script.match(TOKENS) ?? []).filter((token) => !token.startsWith(';'));
  const names = new Map<string, string | null>();
  for (const [i, token] of tokens.entries())
    if (token === 'declare-const') names.set(tokens[i + 1] as string, null);
  let count = 0;
  const renamed = tokens.map((token) => {
    const name = names.get(token);
    if (name !== null) return name ?? token;
    const fresh = `;${count++}`; // no token can be like that
    names.set(token, fresh);
    return fresh;
  });
  return renamed.join(' ');
}
