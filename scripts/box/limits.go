package box

import "time"

// The bounds of one run; the figures were measured (reference/sandbox.md §4).
const (
	MaxInstructions = 2_000_000              // the heaviest honest script we know takes 116,000
	CPURender       = 50 * time.Millisecond  // thread CPU time of a template, or of loading alone
	CPUReply        = 200 * time.Millisecond // thread CPU time of an agent

	MaxString = 64 << 10 // bytes of one string
	MaxBuilt  = 32 << 20 // bytes of all strings that were built, kept or not
	MaxHeap   = 64 << 20 // bytes the heap of the process may grow by during a run

	MaxSource          = 64 << 10 // bytes of a script or module
	MaxNesting         = 200      // levels of blocks and expressions in a source
	MaxConstants       = 2500     // different constants in one function; the compiler looks them up one by one
	MaxFunctionNesting = 17       // functions in functions, the script itself counted; a name is looked for in all around it
	MaxFunctions       = 1000     // functions in a source; the compiler takes 12 KB for each
	MaxLabels          = 200      // labels, and gotos, in one function; resolving them is quadratic
	MaxUpvalues        = 200      // captured variables of one function; the interpreter counts them in a byte
	MaxModules         = 32       // modules that one run may load

	MaxArrayIndex = 20000 // items of a list end below it
	MaxValues     = 1000  // values that unpack or string.byte give at once
	MaxCallDepth  = 160   // nested calls on one stack
	MaxGoDepth    = 100   // nested pcalls and resumes; each has a stack of its own
	MaxCoroutines = 64    // unfinished ones
	MaxResumes    = 8     // coroutines that resume each other, nested

	MaxText          = 16 << 10 // bytes of a rendered text
	MaxProposalDepth = 12       // levels of tables in a proposal, or in what an ask is given
	MaxProposalNodes = 2000     // values in it
	MaxProposalBytes = 64 << 10 // bytes of its JSON
	MaxAsks          = 8        // of one turn

	MaxCtxDepth = 32      // levels of tables in ctx, or in the answer of an ask
	MaxCtxNodes = 50_000  // values in it
	MaxCtxBytes = 1 << 20 // bytes of its JSON

	MaxMessage = 500 // bytes of Error.Message
)

// Names of limits, as Error.Limit tells them.
const (
	LimitInstructions  = "instructions"
	LimitCPU           = "cpu"
	LimitMemory        = "memory"
	LimitString        = "string"
	LimitList          = "list"
	LimitCoroutines    = "coroutines"
	LimitDepth         = "depth"
	LimitModules       = "modules"
	LimitAsks          = "asks"
	LimitText          = "text"
	LimitProposal      = "proposal"
	LimitCtx           = "ctx"
	LimitSource        = "source"
	LimitDeterministic = "not deterministic"
	LimitInterpreter   = "engine" // a fault of the interpreter itself; the process may be worn
)
