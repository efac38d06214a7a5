import { memoryStore } from "../../functions/store/memory.ts";
import { storeContract } from "./contract.ts";

storeContract("in memory", async () => memoryStore());
