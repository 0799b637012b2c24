package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// Scripts are the library of templates and agents.
type Scripts struct{ service }

// ScriptQuery says which version's source is wanted.
type ScriptQuery struct {
	Version *int `query:"version"` // nil: the one in use
}

// DiffQuery says what is compared.
type DiffQuery struct {
	From *int `query:"from"` // nil: the version in use
	To   *int `query:"to"`   // nil: the latest
}

// List gives every script, own and built in.
func (s Scripts) List(ctx context.Context) ([]wire.Script, error) {
	return whole[wire.Script](ctx, s.service, get("/v1/scripts"))
}

// Get gives one script with the source of a version.
func (s Scripts) Get(ctx context.Context, name string, q ScriptQuery) (wire.Script, error) {
	return ask[wire.Script](ctx, s.service, get("/v1/scripts/{name}", name).asking(q))
}

// Put makes the next version of a script, a draft until it is activated.
func (s Scripts) Put(ctx context.Context, name string, v wire.NewScript) (wire.ScriptVersion, error) {
	return ask[wire.ScriptVersion](ctx, s.service, put(v, "/v1/scripts/{name}", name))
}

// Delete removes the own versions of a script; a built-in one is used again.
func (s Scripts) Delete(ctx context.Context, name string) error {
	return tell(ctx, s.service, remove("/v1/scripts/{name}", name))
}

// Activate uses a version from now on; an older one is a rollback.
func (s Scripts) Activate(ctx context.Context, name string, v wire.Activation) (wire.Script, error) {
	return ask[wire.Script](ctx, s.service, post(v, "/v1/scripts/{name}/activate", name))
}

// Versions gives every version that is kept, the latest first.
func (s Scripts) Versions(ctx context.Context, name string) ([]wire.ScriptVersion, error) {
	return whole[wire.ScriptVersion](ctx, s.service, get("/v1/scripts/{name}/versions", name))
}

// Diff tells what lies between two versions.
func (s Scripts) Diff(ctx context.Context, name string, q DiffQuery) (wire.ScriptDiff, error) {
	return ask[wire.ScriptDiff](ctx, s.service, get("/v1/scripts/{name}/diff", name).asking(q))
}

// Preview shows what a script would write, and what would become of it. Nothing is kept or sent.
func (s Scripts) Preview(ctx context.Context, name string, v wire.PreviewScript) (wire.Preview, error) {
	return ask[wire.Preview](ctx, s.service, post(v, "/v1/scripts/{name}/preview", name))
}

// Tests lists what is played before a version is used: saved tests and built-in scenes, without their documents.
func (s Scripts) Tests(ctx context.Context) ([]wire.ScriptTest, error) {
	return whole[wire.ScriptTest](ctx, s.service, get("/v1/script-tests"))
}

// Test gives one test with its document.
func (s Scripts) Test(ctx context.Context, id string) (wire.ScriptTest, error) {
	return ask[wire.ScriptTest](ctx, s.service, get("/v1/script-tests/{id}", id))
}

// SaveTest makes a test of a thread, a session or a document.
func (s Scripts) SaveTest(ctx context.Context, v wire.NewScriptTest) (wire.ScriptTest, error) {
	return ask[wire.ScriptTest](ctx, s.service, post(v, "/v1/script-tests"))
}

// EditTest replaces a test's document.
func (s Scripts) EditTest(ctx context.Context, id string, v wire.ScriptTestChange) (wire.ScriptTest, error) {
	return ask[wire.ScriptTest](ctx, s.service, put(v, "/v1/script-tests/{id}", id))
}

// DeleteTest removes a test.
func (s Scripts) DeleteTest(ctx context.Context, id string) error {
	return tell(ctx, s.service, remove("/v1/script-tests/{id}", id))
}

// RunTests plays all tests.
func (s Scripts) RunTests(ctx context.Context, with wire.TestedWith) (wire.TestRun, error) {
	return ask[wire.TestRun](ctx, s.service, post(with, "/v1/script-tests/run"))
}

// RunTest plays one test with each script that it is for.
func (s Scripts) RunTest(ctx context.Context, id string, with wire.TestedWith) (wire.List[wire.Tested], error) {
	return ask[wire.List[wire.Tested]](ctx, s.service, post(with, "/v1/script-tests/{id}/run", id))
}
