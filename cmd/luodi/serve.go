package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"luodi/api"
	"luodi/internal/config"
	"luodi/internal/fault"
)

// serve runs everything in one process until ctx ends.
func serve(ctx context.Context, p program) error {
	return serveHTTP(ctx, p, parts{engine: true, worker: true, migrate: true})
}

// serveAPI runs the HTTP side alone; workers run elsewhere.
func serveAPI(ctx context.Context, p program) error {
	if err := scaledOut(p.config); err != nil {
		return err
	}
	return serveHTTP(ctx, p, parts{engine: true})
}

// serveWorker runs the processes alone; the HTTP side runs elsewhere.
func serveWorker(ctx context.Context, p program) error {
	if err := scaledOut(p.config); err != nil {
		return err
	}
	s, err := start(ctx, p, parts{engine: true, worker: true})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.stdout, "luodi: worker ready"); err != nil {
		return err
	}
	s.sweeper().Run(ctx, p.config.SweepEvery, s.recount)
	return s.drain(ctx, nil)
}

// scaledOut: api and worker share their data with others, which embedded parts can't.
func scaledOut(c config.Config) error {
	if c.Engine == config.EmbeddedEngine || c.Database.Kind != config.MySQL {
		return fault.New(fault.Invalid, "settings_invalid", "api 与 worker 须使用外部引擎(--engine 主机:端口)和 MySQL(--database mysql:DSN);单机请用 serve")
	}
	return nil
}

func serveHTTP(ctx context.Context, p program, need parts) error {
	for _, w := range p.config.Warnings() {
		p.log.Warn(w)
	}
	s, err := start(ctx, p, need)
	if err != nil {
		return err
	}
	var demo *api.Demo
	var notes []string
	if demo, notes, err = s.firstStart(ctx); err != nil {
		s.close(ctx)
		return err
	}
	listener, err := net.Listen("tcp", p.config.Listen)
	if err != nil {
		s.close(ctx)
		return fmt.Errorf("监听 %s 失败: %w", p.config.Listen, err)
	}
	server := &http.Server{
		Handler:           s.server(demo, notes).Handler(),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	return s.serve(ctx, server, listener, need)
}

// serve announces itself once everything answers, and returns when all has stopped.
func (s *system) serve(ctx context.Context, server *http.Server, listener net.Listener, need parts) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var background sync.WaitGroup
	if need.worker {
		background.Go(func() { s.sweeper().Run(ctx, s.config.SweepEvery, s.recount) })
	}
	failed := make(chan error, 1)
	background.Go(func() { failed <- server.Serve(listener) })
	address := "http://" + listener.Addr().String()
	s.welcome(address)
	_, err := fmt.Fprintf(s.stdout, "luodi: ready %s\n", address)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	cancel()
	drained := s.drain(ctx, server)
	background.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, drained)
}

// drain lets requests under way finish, then stops the parts, all within the
// drain timeout: what is left then is cut, and nothing acknowledged is lost.
func (s *system) drain(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.DrainTimeout)
	defer cancel()
	if server != nil {
		requests, stop := context.WithTimeout(ctx, s.config.DrainTimeout/3)
		if err := server.Shutdown(requests); err != nil {
			s.log.Warn("requests were cut", "error", err)
			s.logged("http", server.Close())
		}
		stop()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.close(ctx)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s 内没有停完,已强行结束", s.config.DrainTimeout)
	}
}
