//go:build !external

package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"

	"go.temporal.io/sdk/client"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	loopback    = "127.0.0.1"
	clusterName = "luodi"
	storeName   = "sqlite"

	// historyShards is written into the database on first start and can't change
	// afterwards. One file has one writer, so more shards only add queues to poll:
	// four measured about a tenth slower.
	historyShards = 1

	// portAttempts bounds the retries when another program takes a port between
	// our choosing it and the server's listening on it.
	portAttempts = 5
)

// StartEmbedded starts the server on free loopback ports and returns when it
// accepts work. First start creates the schema, the namespace and the search
// attributes; later starts go on with what is there. Errors: the folder can't be
// written, the file isn't ours or has another schema, a search attribute changed
// its type or finds no free column.
func StartEmbedded(ctx context.Context, o Embedded) (*Engine, error) {
	if o.Dir == "" {
		return nil, errors.New("embedded engine: no data folder given")
	}
	namespace, file := orDefault(o.Namespace), filepath.Join(o.Dir, "temporal.db")
	store := sqlConfig(file)
	if err := prepareStorage(ctx, file, store, namespace, o.SearchAttributes); err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	level := new(slog.LevelVar)
	level.Set(levelOr(o.LogLevel, slog.LevelWarn))
	logger := leveled(o.Logger, level)
	server, address, err := startServer(store, dynamicConfig(o.ContinueAfter), serverLogger{logger})
	if err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	stop := stopServer(server, file, level)
	e, err := connect(ctx, client.Options{HostPort: address, Namespace: namespace, Logger: sdkLogger(logger)})
	if err != nil {
		return nil, errors.Join(err, stop(ctx))
	}
	e.stop = stop
	return e, nil
}

// stopServer stops the server, then folds the write-ahead log into the file, so
// that a copy of the one file is a complete backup. Its services stop one after
// the other and each warns that it lost the one before: no news, so not logged.
func stopServer(server temporal.Server, file string, level *slog.LevelVar) func(context.Context) error {
	return func(ctx context.Context) error {
		level.Set(levelFatal)
		stopped := make(chan error, 1)
		go func() { stopped <- server.Stop() }()
		select {
		case err := <-stopped:
			return errors.Join(err, checkpoint(ctx, file))
		case <-ctx.Done():
			return fmt.Errorf("embedded engine did not stop in time: %w", ctx.Err())
		}
	}
}

func levelOr(l slog.Leveler, otherwise slog.Level) slog.Level {
	if l == nil {
		return otherwise
	}
	return l.Level()
}

func startServer(store *config.SQL, settings dynamicconfig.Client, logger serverLogger) (temporal.Server, string, error) {
	for attempt := 1; ; attempt++ {
		ports, err := freePorts()
		if err != nil {
			return nil, "", err
		}
		server, err := tryServer(store, settings, ports, logger)
		if err == nil {
			return server, ports.address(primitives.FrontendService), nil
		}
		var fatal *fatalError
		if attempt == portAttempts || !errors.As(err, &fatal) {
			return nil, "", fmt.Errorf("server does not start: %w", err)
		}
	}
}

// tryServer turns the server's fatal log messages, which are how it reports a
// port that is taken, into errors.
func tryServer(store *config.SQL, settings dynamicconfig.Client, ports servicePorts, logger serverLogger) (server temporal.Server, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *fatalError:
			server, err = nil, p
		default:
			panic(p)
		}
	}()
	server, err = temporal.NewServer(
		temporal.WithConfig(serverConfig(store, ports)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(ports.hosts()),
		temporal.WithDynamicConfigClient(settings),
		temporal.WithLogger(logger),
		// Whoever may connect to this machine's loopback may use the engine, as
		// whoever may read the data folder may read it: no accounts of its own.
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
	)
	if err != nil {
		return nil, err
	}
	return server, server.Start()
}

// serverConfig has no metrics, profiling or HTTP listener: what isn't
// configured isn't opened.
func serverConfig(store *config.SQL, ports servicePorts) *config.Config {
	frontend := ports.address(primitives.FrontendService)
	return &config.Config{
		Global: config.Global{Membership: config.Membership{BroadcastAddress: loopback}},
		Persistence: config.Persistence{
			DefaultStore:     storeName,
			VisibilityStore:  storeName,
			NumHistoryShards: historyShards,
			DataStores:       map[string]config.DataStore{storeName: {SQL: store}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            ports.services(),
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
}

// servicePorts gives each of the server's services its port on loopback.
type servicePorts map[primitives.ServiceName]int

// freePorts holds all ports open until it has all, so that they differ.
func freePorts() (servicePorts, error) {
	ports := servicePorts{}
	for _, service := range temporal.DefaultServices {
		l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
		if err != nil {
			return nil, fmt.Errorf("no free port on %s: %w", loopback, err)
		}
		defer l.Close()
		ports[primitives.ServiceName(service)] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

func (p servicePorts) address(s primitives.ServiceName) string {
	return net.JoinHostPort(loopback, strconv.Itoa(p[s]))
}

func (p servicePorts) services() map[string]config.Service {
	services := map[string]config.Service{}
	for s, port := range p {
		services[string(s)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback}}
	}
	return services
}

// hosts makes membership static: one host per service, no gossip port.
func (p servicePorts) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for s := range p {
		hosts[s] = static.SingleLocalHost(p.address(s))
	}
	return hosts
}
