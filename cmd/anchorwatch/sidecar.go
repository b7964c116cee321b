package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent"
	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/dashboards/web"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/file"
	"github.com/anchorwatch/anchorwatch/sinks/kafka"
	exporter "github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

// sidecar is the agent with everything around it: metrics, pages, and the listener for a pipeline's callbacks. The
// commands run and demo start the same one.
type sidecar struct {
	agent     *agent.Agent
	server    *admin.Server
	callbacks *http.Server
	listener  net.Listener // of callbacks
	closers   []func() error
	log       zerolog.Logger
}

// sidecarOptions are what the commands decide.
type sidecarOptions struct {
	config       *config.Config
	stateFolder  string
	address      string
	adminAddress string
	webConfig    string
	externalURL  string
	pprof        bool
	each         func(agent.Finding, []retrain.Event)
	log          zerolog.Logger
}

// newSidecar assembles everything and restores the state; it opens listeners, and reads nothing from Kafka yet.
func newSidecar(ctx context.Context, o sidecarOptions) (*sidecar, error) {
	c := o.config
	s := &sidecar{log: o.log}
	if err := s.listen(ctx, c); err != nil {
		return nil, err
	}
	input, err := agent.NewKafkaSource(c, o.log, time.Now) //nolint:contextcheck // it lives until Close, longer than this call
	if err != nil {
		return nil, err
	}
	notifiers, err := agent.Notifiers(c, o.externalURL, o.log, time.Now)
	if err != nil {
		return nil, err
	}
	metrics := exporter.New(exporter.Options{Limits: exporter.Limits{VersionsPerModel: c.Limits.MaxVersions, FeaturesPerModel: c.Limits.MaxFeatures}, Logger: o.log})
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("anchorwatch"))
	results, err := s.sinks(c)
	if err != nil {
		return nil, err
	}
	var out *file.Sink
	if c.Sinks.File != "" {
		if out, err = file.Open(c.Sinks.File); err != nil {
			return nil, fmt.Errorf("open sinks.file: %w", err)
		}
		results = append(results, out)
		s.closers = append(s.closers, out.Close)
	}
	s.agent, err = agent.New(agent.Options{ //nolint:contextcheck // what it starts lives until Run ends
		Config: c, Source: input, Streams: agent.Streams(c.Kafka), Notifiers: notifiers, Sinks: results, File: out,
		Exporter: metrics, StateFolder: o.stateFolder, Version: version.Version, ExternalURL: o.externalURL,
		Each: o.each, Log: o.log, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	s.server = admin.New(admin.Options{
		Views: s.agent, Gatherer: registry, Pages: web.New(web.Options{Views: s.agent, Logger: o.log}), Logger: o.log,
		Now: time.Now, Address: o.address, AdminAddress: o.adminAddress, ConfigFile: o.webConfig, Pprof: o.pprof,
	})
	return s, nil
}

// sinks makes the further places for reports that a configuration names.
func (s *sidecar) sinks(c *config.Config) ([]sinks.Sink, error) {
	if c.Sinks.Topic == "" {
		return nil, nil
	}
	producer, err := agent.NewResults(c, time.Now)
	if err != nil {
		return nil, fmt.Errorf("sinks.kafka_topic: %w", err)
	}
	s.closers = append(s.closers, producer.Close)
	return []sinks.Sink{kafka.New(producer, c.Sinks.Topic)}, nil
}

// listen opens the listener for callbacks, so that the address the pipeline is given is the one that is served.
func (s *sidecar) listen(ctx context.Context, c *config.Config) error {
	if c.Retrain == nil || c.Retrain.CallbackListen == "" {
		return nil
	}
	var err error
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Retrain.CallbackListen); err != nil {
		return fmt.Errorf("open retrain.callback_listen: %w", err)
	}
	if c.Retrain.CallbackURL == "" {
		c.Retrain.CallbackURL = "http://" + s.listener.Addr().String()
	}
	return nil
}

// run serves until the context ends.
func (s *sidecar) run(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	err := s.agent.Run(ctx)
	budget, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, s.stop(budget))
}

func (s *sidecar) start(ctx context.Context) error {
	if err := s.server.Start(ctx); err != nil {
		return err
	}
	if s.listener == nil {
		return nil
	}
	handler, err := s.agent.Callbacks()
	if err != nil {
		return err
	}
	s.callbacks = &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	go func() {
		if err := s.callbacks.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error().Err(err).Msg("callback listener ended")
		}
	}()
	return nil
}

func (s *sidecar) stop(ctx context.Context) error {
	errs := []error{s.server.Shutdown(ctx)}
	if s.callbacks != nil {
		errs = append(errs, s.callbacks.Shutdown(ctx))
	}
	for _, closeSink := range s.closers {
		errs = append(errs, closeSink())
	}
	return errors.Join(errs...)
}
