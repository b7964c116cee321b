package source

import (
	"context"
	"net"
	"sync"
	"time"
)

// sockets dials and remembers what is open, so that closing a source ends at once every exchange that is still under
// way: kafka-go has no other way to reach a connection that waits for a silent broker.
type sockets struct {
	dialer net.Dialer
	mu     sync.Mutex
	open   map[*socket]struct{}
	closed bool
}

type socket struct {
	net.Conn
	all *sockets
}

func newSockets() *sockets {
	return &sockets{dialer: net.Dialer{Timeout: 5 * time.Second}, open: map[*socket]struct{}{}}
}

// dial connects; it fails once the sockets are closed for good.
func (s *sockets) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &socket{Conn: conn, all: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	s.open[c] = struct{}{}
	return c, nil
}

// interrupt closes everything open; new connections may still be made.
func (s *sockets) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.Conn.Close()
	}
	clear(s.open)
}

// close closes everything open and refuses new connections.
func (s *sockets) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.interrupt()
}

// Close implements net.Conn.
func (c *socket) Close() error {
	c.all.mu.Lock()
	delete(c.all.open, c)
	c.all.mu.Unlock()
	return c.Conn.Close()
}
