package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/exporter-toolkit/web"
	"github.com/rs/zerolog"
)

// Options is what New takes.
type Options struct {
	Views    Views
	Gatherer prometheus.Gatherer
	// Pages serves everything that is not listed in routes.go; nil: 404.
	Pages  http.Handler
	Logger zerolog.Logger
	Now    func() time.Time

	// Address is where to listen, such as ":9464"; port 0 takes a free one. Listener is used in its place if given.
	Address  string
	Listener net.Listener
	// AdminAddress is a loopback address for the admin listener, empty for none. AdminListener is used in its place if
	// given.
	AdminAddress  string
	AdminListener net.Listener
	// ConfigFile configures TLS and passwords of the public listener, as Prometheus's --web.config.file does.
	ConfigFile string
	// Pprof serves profiles on the admin listener.
	Pprof bool
}

// Server serves both listeners.
type Server struct {
	options   Options
	endpoints []*endpoint
	serving   sync.WaitGroup
}

// endpoint is one listener with its server.
type endpoint struct {
	name     string
	listener net.Listener
	config   string // path of the web configuration, empty for none
	server   *http.Server
}

// New returns a server that does not listen yet.
func New(options Options) *Server {
	return &Server{options: options}
}

// Start listens and serves until Shutdown. It is called once. An error means that nothing is served.
func (s *Server) Start(ctx context.Context) error {
	if err := web.Validate(s.options.ConfigFile); err != nil {
		return fmt.Errorf("read web configuration %q: %w", s.options.ConfigFile, err)
	}
	if err := s.listen(ctx); err != nil {
		return errors.Join(err, s.closeListeners())
	}
	for _, e := range s.endpoints {
		s.serving.Go(func() { s.serve(e) })
	}
	return nil
}

func (s *Server) listen(ctx context.Context) error {
	o := s.options
	if err := s.open(ctx, "public", o.Listener, o.Address, o.ConfigFile, secured(public(o))); err != nil {
		return err
	}
	if o.AdminAddress == "" && o.AdminListener == nil {
		return nil
	}
	if err := s.open(ctx, "admin", o.AdminListener, o.AdminAddress, "", fromHere(secured(local(o)))); err != nil {
		return err
	}
	return loopbackOnly(s.AdminAddr())
}

func (s *Server) open(ctx context.Context, name string, given net.Listener, address, config string, handler http.Handler) error {
	listener := given
	if listener == nil {
		var err error
		if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address); err != nil {
			return fmt.Errorf("open %s listener: %w", name, err)
		}
	}
	s.endpoints = append(s.endpoints, &endpoint{name, listener, config, &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, // no WriteTimeout: a CPU profile takes as long as it was asked to
	}})
	return nil
}

// loopbackOnly refuses an admin listener that other machines reach: it serves raw events and asks for no password.
func loopbackOnly(address net.Addr) error {
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		return nil
	}
	return fmt.Errorf("admin address %q: use a loopback address such as 127.0.0.1:9465, because raw events are served there", address)
}

func (s *Server) serve(e *endpoint) {
	systemd, addresses := false, []string{e.listener.Addr().String()}
	flags := &web.FlagConfig{WebListenAddresses: &addresses, WebSystemdSocket: &systemd, WebConfigFile: &e.config}
	logger := slog.New(zerolog.NewSlogHandler(s.options.Logger))
	if err := web.Serve(e.listener, e.server, flags, logger); !errors.Is(err, http.ErrServerClosed) {
		s.options.Logger.Error().Err(err).Str("listener", e.name).Msg("http listener ended")
	}
}

// Addr returns where the public listener listens, nil before Start.
func (s *Server) Addr() net.Addr { return s.addr("public") }

// AdminAddr returns where the admin listener listens, nil if there is none.
func (s *Server) AdminAddr() net.Addr { return s.addr("admin") }

func (s *Server) addr(name string) net.Addr {
	for _, e := range s.endpoints {
		if e.name == name {
			return e.listener.Addr()
		}
	}
	return nil
}

// Shutdown stops listening, lets requests in flight end, and cuts off those that are left when ctx ends. It works without
// Start, and twice.
func (s *Server) Shutdown(ctx context.Context) error {
	var errs []error
	for _, e := range s.endpoints {
		if err := e.server.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("shut down %s listener: %w", e.name, err), e.server.Close())
		}
	}
	_ = s.closeListeners() // closed already, unless Shutdown overtook Serve
	s.serving.Wait()
	return errors.Join(errs...)
}

func (s *Server) closeListeners() error {
	var errs []error
	for _, e := range s.endpoints {
		errs = append(errs, e.listener.Close())
	}
	return errors.Join(errs...)
}
