/** Replaces what the SDK loads when it is first used and no function uses: the parser of browsers' names. */
throw new Error("this part of the SDK is not in the bundle: see infra/bundle.ts");

export {};
