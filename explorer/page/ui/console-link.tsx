import { consoleLink } from "./requests.ts";

/** A link to AWS's own page of a resource, of what has an ARN. */
export function ConsoleLink({ node }: { node: string | undefined }) {
  const link = consoleLink(node ?? "");
  if (!link) return null;
  return (
    <a class="outside" href={link} target="_blank" rel="noreferrer">
      AWS console <span aria-hidden="true">↗</span>
    </a>
  );
}
