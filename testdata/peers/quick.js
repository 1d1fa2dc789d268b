// For node -r: WebAssembly is compiled in the quick way alone. The thorough one takes seconds, and what tests do does not.
require("v8").setFlagsFromString("--liftoff-only");
