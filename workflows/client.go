package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"luodi/activities"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// answerWithin bounds every call: whoever waits longer is told 503 and may ask
// again with the same key.
const answerWithin = 1800 * time.Millisecond

// Client sends commands to processes. It implements app.Processes.
type Client struct {
	Temporal client.Client
}

// Send hands a command to a running process and waits until it is recorded or
// refused. Errors: the refusal as it was decided; NotFound "process_unknown" when
// no such process runs; Unavailable when no answer came in time, in which case
// the command may still be recorded, and the same id will tell.
func (c *Client) Send(ctx context.Context, kind, id string, cmd process.Command) (r process.Receipt, version int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	handle, err := c.Temporal.UpdateWorkflow(ctx, update(kind, id, UpdateCommand, cmd.ID, cmd))
	if err == nil {
		err = handle.Get(ctx, &r)
	}
	version, err = toFault(err)
	return r, version, err
}

// Start starts the process with its first command; a process that runs already
// just gets the command. Errors as of Send.
func (c *Client) Start(ctx context.Context, kind, id, summary string, cmd process.Command) (r process.Receipt, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err = c.updateWithStart(ctx, kind, id, summary, update(kind, id, UpdateCommand, cmd.ID, cmd), &r)
	_, err = toFault(err)
	return r, err
}

// Sync brings a process level with its stream. A process that the engine has lost
// is started again and catches up from the stream.
func (c *Client) Sync(ctx context.Context, kind, id, key string) (version int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err = c.updateWithStart(ctx, kind, id, "", update(kind, id, UpdateSync, key), &version)
	_, err = toFault(err)
	return version, err
}

// Version asks how far a process has evolved. NotFound when the engine doesn't know it.
func (c *Client) Version(ctx context.Context, kind, id string) (version int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	value, err := c.Temporal.QueryWorkflow(ctx, ID(kind, id), "", QueryVersion)
	if err == nil {
		err = value.Get(&version)
	}
	_, err = toFault(err)
	return version, err
}

func (c *Client) updateWithStart(ctx context.Context, kind, id, summary string, up client.UpdateWorkflowOptions, out any) error {
	start := c.Temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID:                       ID(kind, id),
		TaskQueue:                TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowTaskTimeout:      workflowTaskTimeout,
		StaticSummary:            summary,
	}, kind, map[string]any{"id": id, "revision": current}) // the zero state of Input
	handle, err := c.Temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start, UpdateOptions: up,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, out)
}

func update(kind, id, name, updateID string, args ...any) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{
		WorkflowID: ID(kind, id), UpdateID: updateID, UpdateName: name, Args: args,
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
}

// toFault turns what Temporal says into one of ours.
func toFault(err error) (version int64, _ error) {
	if err == nil {
		return 0, nil
	}
	if f, version := activities.FromFailure(err); f != nil {
		return version, f
	}
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return 0, fault.New(fault.NotFound, "process_unknown", "没有这项办理").Because(err)
	}
	return 0, fault.New(fault.Unavailable, "engine_unavailable", "流程引擎暂时没有应答,请稍后用同一请求重试").Because(err)
}

// Launch implements app.Launcher. It waits for no update: what the process begins with
// is recorded, and the run takes it as its input.
func (c *Client) Launch(ctx context.Context, kind, id string, summary process.Summary, version int64, state json.RawMessage) error {
	_, err := c.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: ID(kind, id), TaskQueue: TaskQueue, WorkflowTaskTimeout: workflowTaskTimeout, StaticSummary: summary.Title,
		TypedSearchAttributes:    temporal.NewSearchAttributes(AttributeProject.ValueSet(summary.ProjectID), AttributeStage.ValueSet(summary.Stage)),
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}, kind, map[string]any{"id": id, "version": version, "state": state, "revision": current, "shown": true})
	var ran *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &ran) {
		return nil
	}
	_, err = toFault(err)
	return err
}
