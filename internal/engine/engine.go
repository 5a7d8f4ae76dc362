// Package engine gives Luodi its durable clock: a Temporal server inside the
// process (StartEmbedded, one SQLite file, nothing else to install) or a
// connection to a cluster (Dial). Callers can't tell which one they have.
//
// It is the only package that imports go.temporal.io/server. The build tag
// "external" leaves the server out of the binary; StartEmbedded then refuses.
package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
)

// DefaultNamespace is used when the options name none.
const DefaultNamespace = "luodi"

// Retention is how long the embedded engine keeps the history of a process
// after its end. The business record is in Luodi's own database for good; these
// days are for whoever investigates a process that went wrong.
const Retention = 30 * 24 * time.Hour

const (
	dialTimeout = 15 * time.Second
	pingTimeout = time.Second
)

// ErrNotBuilt says that this binary was built without the embedded engine.
var ErrNotBuilt = errors.New("this binary was built with the tag \"external\" and has no embedded engine: give the address of a Temporal cluster (--engine HOST:PORT)")

// Embedded configures the engine inside this process.
type Embedded struct {
	// Dir is the folder of temporal.db; it is created when missing. Only one
	// process may use it at a time: the caller holds the lock on its data folder.
	Dir string
	// Namespace is created on first start; empty means DefaultNamespace.
	Namespace string
	// Logger receives what the server and its client say from LogLevel upwards;
	// no Logger discards it, no LogLevel means warn.
	Logger   *slog.Logger
	LogLevel slog.Leveler
	// SearchAttributes are registered in the namespace, on every start those that
	// are missing. SQLite has 10 keyword columns and 3 of every other type.
	SearchAttributes map[string]enumspb.IndexedValueType
	// ContinueAfter is how many events of history a run has when it is asked to
	// continue as new; zero means the server's own 4,096. Fault tests lower it.
	ContinueAfter int
}

// External says where a Temporal cluster is.
type External struct {
	Address   string // host:port of the frontend
	Namespace string // must exist there; empty means DefaultNamespace
	TLS       TLSConfig
	APIKey    string       // bearer key, needs TLS; never logged
	Logger    *slog.Logger // no Logger discards what the client says
}

// TLSConfig names PEM files. CertFile and KeyFile are for clusters that ask
// clients for a certificate, CAFile for clusters with a private authority.
type TLSConfig struct {
	Enabled                   bool
	CAFile, CertFile, KeyFile string
	ServerName                string // when the certificate isn't made out to Address
}

// Engine is a running embedded server or a connection to a cluster.
type Engine struct {
	client    client.Client
	address   string
	namespace string

	closing sync.Once
	stop    func(context.Context) error // nil for a cluster
	stopErr error
}

// Client is the connection that the API and the workers share.
func (e *Engine) Client() client.Client { return e.client }

// Address is HOST:PORT of the frontend, for other processes on this machine when
// the server is embedded.
func (e *Engine) Address() string { return e.address }

// Namespace is where Luodi's workflows live.
func (e *Engine) Namespace() string { return e.namespace }

// Ping asks the frontend whether it serves; it answers within a second and
// touches no storage, so a readiness probe may call it often.
func (e *Engine) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if _, err := e.client.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("engine does not answer: %w", err)
	}
	return nil
}

// Close disconnects, and stops the server if it is ours. Stop the workers first:
// the server gives open polls no more than a few seconds. Later calls return
// what the first returned. When ctx ends before the server has stopped, Close
// returns its error; nothing acknowledged is lost by leaving then.
func (e *Engine) Close(ctx context.Context) error {
	e.closing.Do(func() {
		e.client.Close()
		if e.stop != nil {
			e.stopErr = e.stop(ctx)
		}
	})
	return e.stopErr
}

// Dial connects to a cluster and checks that the namespace is there.
func Dial(ctx context.Context, o External) (*Engine, error) {
	if o.Address == "" {
		return nil, errors.New("engine address is empty: give HOST:PORT of the Temporal frontend")
	}
	options := client.Options{HostPort: o.Address, Namespace: orDefault(o.Namespace), Logger: sdkLogger(leveled(o.Logger, new(slog.LevelVar)))}
	if o.APIKey != "" {
		if !o.TLS.Enabled {
			return nil, errors.New("an engine API key needs TLS: without it the key would travel in the clear")
		}
		options.Credentials = client.NewAPIKeyStaticCredentials(o.APIKey)
	}
	if o.TLS.Enabled {
		config, err := o.TLS.load()
		if err != nil {
			return nil, err
		}
		options.ConnectionOptions.TLS = config
	}
	return connect(ctx, options)
}

func connect(ctx context.Context, options client.Options) (*Engine, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("engine at %s can't be reached: %w", options.HostPort, err)
	}
	if err := checkNamespace(ctx, c, options.Namespace); err != nil {
		c.Close()
		return nil, fmt.Errorf("engine at %s: %w", options.HostPort, err)
	}
	return &Engine{client: c, address: options.HostPort, namespace: options.Namespace}, nil
}

func checkNamespace(ctx context.Context, c client.Client, namespace string) error {
	_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	var missing *serviceerror.NamespaceNotFound
	if errors.As(err, &missing) {
		return fmt.Errorf("namespace %q does not exist: create it with `temporal operator namespace create --namespace %s --retention 30d`: %w", namespace, namespace, err)
	}
	if err != nil {
		return fmt.Errorf("namespace %q can't be read: %w", namespace, err)
	}
	return nil
}

func (t TLSConfig) load() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("engine TLS: certificate authority: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("engine TLS: %s holds no PEM certificate", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("engine TLS: client certificate and key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func orDefault(namespace string) string {
	if namespace == "" {
		return DefaultNamespace
	}
	return namespace
}

func sdkLogger(l *slog.Logger) sdklog.Logger { return sdklog.NewStructuredLogger(l) }
