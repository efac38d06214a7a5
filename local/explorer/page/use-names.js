import { useEffect, useRef, useState } from "preact/hooks";
import { each, get } from "./api.js";
import { endsOf, kindOfNode, shortNode } from "./sources.js";

const AT_ONCE = 6;
/** As many nodes are named without being asked; of more, those that are looked at. */
const MOST = 400;

/**
 * What the nodes of a graph are called, and of what kind they are. The API's graph has names only as edges have them;
 * the items that state the edges know more, and are read one by one, once.
 */
export function useNames(graph, asOf) {
  const known = useRef(new Map());
  const asked = useRef(new Set());
  const [wanted, setWanted] = useState([]);
  const [turn, redraw] = useState(0);
  useEffect(() => {
    if (!graph) return undefined;
    const abort = new AbortController();
    const nodes = new Set(graph.nodes.size <= MOST ? graph.nodes.keys() : wanted);
    // An item names both ends of its edge: half as many are needed as there are nodes, or a few more.
    const edges = [...graph.edges.values()].filter(({ from, to }) => nodes.has(from) || nodes.has(to));
    const read = async ({ from, to, itemId }) => {
      if (asked.current.has(itemId) || (known.current.has(from) && known.current.has(to))) return;
      asked.current.add(itemId);
      try {
        const item = await get(`/v1/items/${itemId}`, { at: asOf }, abort.signal);
        for (const { node, name, kind } of endsOf(item)) known.current.set(node, { name, kind });
        later(redraw);
      } catch {
        // Named by its ARN, then.
        if (abort.signal.aborted) asked.current.delete(itemId);
      }
    };
    each(edges, AT_ONCE, read);
    return () => abort.abort();
  }, [graph, asOf, wanted]);

  const describe = (node) => {
    const { name, kind } = known.current.get(node) ?? {};
    return { name: name ?? shortNode(node), kind: kind ?? kindOfNode(node) };
  };
  const want = (nodes) => {
    if (graph?.nodes.size > MOST) setWanted(nodes);
  };
  return { describe, want, turn };
}

let waiting = false;

/** Names come by the dozen: they are drawn together. */
function later(redraw) {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    redraw((turn) => turn + 1);
  }, 120);
}
