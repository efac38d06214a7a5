import { CleanRoomsClient, ListConfiguredTablesCommand } from "@aws-sdk/client-cleanrooms";
import { defineAwsSource } from "../define-aws-source.ts";

/** Clean Rooms configured tables. An association names its table by the id. */
export const cleanroomsConfiguredTables = defineAwsSource({
  id: "cleanrooms.configured-tables",
  client: CleanRoomsClient,
  command: ListConfiguredTablesCommand,
  intervalMinutes: 360,
  events: ["CreateConfiguredTable", "UpdateConfiguredTable", "DeleteConfiguredTable"],
  identity: ({ arn }) => [arn],
  node: { names: ["arn", "id"], name: "name", type: "configured table" },
});
