#!/usr/bin/env node
import { register } from "tsx/esm/api";

// The sources are TypeScript and run as they are.
register();
await import("../local/main.ts");
