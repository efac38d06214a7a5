import { href } from "../ui/route.ts";
import { aWeekAgo, periods } from "../ui/time.ts";

/** What people come to ask, and the views that answer. */
export function questions(): readonly (readonly [question: string, link: string])[] {
  const { Yesterday: yesterday, "Last month": month, "Last hour": hour } = periods();
  const ended = {
    source: "cleanrooms.memberships",
    "filter[status]": ["REMOVED", "COLLABORATION_DELETED"],
    filter: `updateTime^${month.since.slice(0, 7)}`,
    sort: "-document.updateTime",
  };
  return [
    ["What changed in the last hour?", href("changes", { ...hour })],
    ["What changed yesterday?", href("changes", { ...yesterday })],
    ["What did a data set feed?", href("lineage", { source: "sagemaker.artifacts", type: "DataSet" })],
    [
      "Which data trained the model behind an endpoint?",
      href("lineage", { source: "sagemaker.endpoints", direction: "upstream" }),
    ],
    ["Which memberships ended last month?", href("items", ended)],
    ["Which image has an application?", href("items", { source: "workspaces.image-associations" })],
    ["What was here a week ago?", href("items", { at: aWeekAgo() })],
    ["What differs from a week ago?", href("compare", { from: aWeekAgo() })],
  ];
}
